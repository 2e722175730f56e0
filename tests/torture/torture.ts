// Kills flows at random moments, as often as asked for, and looks whether everything holds:
//   npm run torture                      200 kills, a seed from the clock
//   node dist/tests/torture/torture.js --kills 50 --seed 7 [--job 12] [--only chores|pipeline]
import { parseArgs } from 'node:util';
import { seededRandom } from '../../src/core/seeded-random.ts';
import { choresScenario, pipelineScenario, type Scenario } from '../faults/scenarios.ts';
import type { Kill } from '../faults/strike.ts';
import { runUndisturbed, tormentJob, type TormentedJob, type Undisturbed } from '../faults/torment-job.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string' }, seed: { type: 'string' }, job: { type: 'string' }, only: { type: 'string' } },
});

/** One job in so many is the shipped pipeline; it takes longer and is killed more often. */
const PIPELINE_EVERY = 3;
const SAMPLE = 'sample:signs?perClass=12';

type Entry = { readonly scenario: Scenario; readonly undisturbed: Undisturbed };

await torture(Number(values.kills ?? 200), values.seed ?? String(Date.now() % 1_000_000));

async function torture(wanted: number, seed: string): Promise<void> {
  const start = performance.now();
  console.log(`torture: ${wanted} kills, seed ${seed}`);
  const entries = [await prepare(choresScenario), await prepare(pipelineScenario(SAMPLE))] as const;
  const jobs: (TormentedJob & { readonly scenario: string })[] = [];
  let kills = 0;
  for (let number = Number(values.job ?? 1); kills < wanted; number += 1) {
    const { scenario, undisturbed } = entries[scenarioOf(number) === 'pipeline' ? 1 : 0];
    const draw = seededRandom('job', seed, number);
    const many = Math.min(wanted - kills, 2 + draw.integer(scenario.name === 'pipeline' ? 7 : 5));
    const job = await tormentJob(scenario, { seed: `${seed}/${number}`, kills: many, undisturbed });
    kills += job.kills.length;
    jobs.push({ ...job, scenario: scenario.name });
    tellJob(number, scenario, job, { kills, wanted, seconds: secondsSince(start) });
    if (job.problems.length > 0) tellProblems(job, { seed, number, many });
    if (values.job !== undefined) break;
  }
  summarise(jobs, kills, seed, secondsSince(start));
  process.exitCode = jobs.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

function scenarioOf(job: number): string {
  return values.only ?? (job % PIPELINE_EVERY === 0 ? 'pipeline' : 'chores');
}

async function prepare(scenario: Scenario): Promise<Entry> {
  const undisturbed = await runUndisturbed(scenario);
  console.log(
    `${scenario.name} undisturbed: ${undisturbed.tasks} task runs in ${(undisturbed.tookMs / 1_000).toFixed(1)} s`,
  );
  return { scenario, undisturbed };
}

function tellJob(
  number: number,
  { name }: Scenario,
  { kills, processes, problems }: TormentedJob,
  done: { readonly kills: number; readonly wanted: number; readonly seconds: number },
): void {
  const how = problems.length === 0 ? 'completed' : 'BROKEN';
  const moments = kills.map(({ target, during }) => `${target === 'child' ? 'child in ' : ''}${during}`).join(' · ');
  console.log(
    `${String(done.kills).padStart(3)}/${done.wanted} kills, ${done.seconds} s: job ${number} ${name} ${how} by ${processes} processes (${moments})`,
  );
}

function tellProblems(
  { folder, problems }: TormentedJob,
  { seed, number, many }: { readonly seed: string; readonly number: number; readonly many: number },
): void {
  for (const problem of problems) console.log(`  PROBLEM ${problem}`);
  console.log(`  The project is kept in ${folder}`);
  console.log(`  Again: node dist/tests/torture/torture.js --seed ${seed} --kills ${many} --job ${number}`);
}

function summarise(
  jobs: readonly (TormentedJob & { readonly scenario: string })[],
  kills: number,
  seed: string,
  seconds: number,
): void {
  const all = jobs.flatMap((job) => job.kills.map((kill) => ({ ...kill, scenario: job.scenario })));
  const count = (test: (kill: Kill & { readonly scenario: string }) => boolean): number => all.filter(test).length;
  const broken = jobs.filter(({ problems }) => problems.length > 0).length;
  console.log(
    [
      '',
      `${kills} kills in ${seconds} s, seed ${seed}: ${jobs.length} jobs, ${jobs.length - broken} completed and whole, ${broken} broken`,
      `killed: ${count(({ target }) => target === 'flow')} flow processes, ${count(({ target }) => target === 'child')} children`,
      `in: ${count(({ scenario }) => scenario === 'chores')} chores, ${count(({ scenario }) => scenario === 'pipeline')} pipelines; ${new Set(all.map(({ during }) => during)).size} different moments`,
    ].join('\n'),
  );
}

function secondsSince(start: number): number {
  return Math.round((performance.now() - start) / 1_000);
}
