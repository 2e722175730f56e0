// Lets a server like Kaggle's fail in random ways while a dataset is fetched, and looks what the client makes of it:
//   npm run torture:kaggle                          200 schedules, a seed from the clock
//   node dist/tests/torture/kaggle.js --seed 7 --only 12
import { parseArgs } from 'node:util';
import { runKaggleSchedule, type ScheduleOutcome } from '../faults/kaggle-schedule.ts';

const { values } = parseArgs({
  options: { schedules: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
});

await torture(Number(values.schedules ?? 200), values.seed ?? String(Date.now() % 1_000_000));

async function torture(wanted: number, seed: string): Promise<void> {
  const start = performance.now();
  console.log(`torture: ${wanted} schedules of faults, seed ${seed}`);
  const numbers = values.only === undefined ? Array.from({ length: wanted }, (_, at) => at + 1) : [Number(values.only)];
  const ends = new Map<string, number>();
  let bad = 0;
  for (const number of numbers) {
    const { problems, tries, faults } = await runKaggleSchedule(`${seed}/${number}`);
    const end = endOf(tries);
    ends.set(end, (ends.get(end) ?? 0) + 1);
    if (values.only !== undefined) console.log([...faults, ...tries.map(String)].join('\n'));
    if (problems.length === 0) continue;
    bad += 1;
    console.log(`schedule ${number}: ${problems.join('; ')}\n  ${faults.join('\n  ')}`);
    console.log(`  Again: node dist/tests/torture/kaggle.js --seed ${seed} --only ${number}`);
  }
  for (const [end, count] of [...ends].sort()) console.log(`${String(count).padStart(4)} ${end}`);
  console.log(`${bad} of ${numbers.length} schedules went wrong, ${Math.round((performance.now() - start) / 1_000)} s`);
  process.exitCode = bad === 0 ? 0 : 1;
}

function endOf(tries: ScheduleOutcome['tries']): string {
  const last = tries.at(-1);
  if (last === undefined) return 'nothing';
  return last === 'verified' ? `verified at try ${tries.length}` : last.code;
}
