import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { flow, task } from '../../src/app/flow-api.ts';
import { CrashedError, DataError } from '../../src/core/errors.ts';
import { byInputs } from '../../src/engine/cache-policy.ts';

// A flow of some fifty short tasks of every kind. Each leaves one line in `effects.txt` just before it returns: what the
// registry calls Completed must be in there once, however often the process was killed.

type Chore = { readonly folder: string; readonly name: string };

function leaveTrace({ folder, name }: Chore): string {
  appendFileSync(path.join(folder, EFFECTS_FILE), `${name}\n`);
  return name;
}

export const EFFECTS_FILE = 'effects.txt';

const quick = task({ name: 'quick' }, async (chore: Chore, { services, signal, log }) => {
  log.info(`doing ${chore.name}`);
  await services.clock.sleep(8, signal);
  return leaveTrace(chore);
});

const large = task({ name: 'large' }, async (chore: Chore, { services, signal }) => {
  await services.clock.sleep(5, signal);
  return { name: leaveTrace(chore), text: chore.name.repeat(60_000) };
});

const flaky = task(
  { name: 'flaky', retries: { limit: 2, delay: 25 } },
  async (chore: Chore, { services, signal, run }) => {
    await services.clock.sleep(5, signal);
    if (run.attempt === 1) throw new DataError('the first attempt fails');
    return leaveTrace(chore);
  },
);

const remembered = task({ name: 'remembered', cache: byInputs }, async (chore: Chore, { services, signal }) => {
  await services.clock.sleep(5, signal);
  return leaveTrace(chore);
});

const filed = task({ name: 'filed' }, async (chore: Chore, { services, artifacts, run }) => {
  const work = path.join(services.project.home, 'work', run.taskRunId);
  await mkdir(work, { recursive: true });
  try {
    const file = path.join(work, 'file.bin');
    await writeFile(file, Buffer.alloc(200_000, chore.name));
    await artifacts.file('file', file);
    await artifacts.table('rows', [{ name: chore.name }]);
    return leaveTrace(chore);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
});

/** Waits for a program of its own process group, as a training does. */
const delegated = task({ name: 'delegated', retries: { limit: 1 } }, async (chore: Chore, { children }) => {
  const child = spawn('sleep', ['0.12'], { detached: true, stdio: 'ignore' });
  const exited = once(child, 'exit');
  children.register(child, 'a nap');
  const [code, signal] = (await exited) as [number | null, string | null];
  if (code !== 0) throw new CrashedError(`The nap ended with ${signal ?? code}.`);
  return leaveTrace(chore);
});

const parameters = z.strictObject({ folder: z.string(), rounds: z.int().min(1).default(2) });

const round = flow(
  { name: 'round', parameters: parameters.extend({ round: z.int() }) },
  async ({ folder, round: number }) => {
    const chore = (name: string): Chore => ({ folder, name: `${number} ${name}` });
    await quick(chore('first'));
    const several = await quick.map(['a', 'b', 'c', 'd', 'e', 'f'].map(chore), { concurrency: 3 });
    const [text, nap] = await Promise.all([
      large(chore('large')),
      delegated(chore('delegated')),
      flaky(chore('flaky')),
    ]);
    await filed(chore('filed'));
    await remembered(chore('remembered'));
    return [...several, text.name, `${text.text.length}`, nap, await quick(chore('last'))];
  },
);

/** Rounds one after the other, and two at once at the end. */
export const chores = flow({ name: 'chores', parameters }, async ({ folder, rounds }) => {
  const done: string[][] = [];
  for (let number = 1; number <= rounds; number += 1) done.push(await round({ folder, rounds, round: number }));
  const both = [rounds + 1, rounds + 2].map((number) => round({ folder, rounds, round: number }));
  return { done: [...done, ...(await Promise.all(both))].flat() };
});

/** How many lines a run that was never disturbed leaves. */
export function choresIn(rounds: number): number {
  return (rounds + 2) * CHORES_IN_A_ROUND;
}

const CHORES_IN_A_ROUND = 13;
