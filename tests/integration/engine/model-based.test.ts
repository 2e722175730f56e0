import { afterAll, beforeAll, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { openEngine, type TestEngine } from '../../helpers/engine.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import {
  cancel,
  cancelTooLate,
  crash,
  failStep,
  finishStep,
  reap,
  retry,
  retryFrom,
  start,
  wakeGhost,
} from './run-commands.ts';
import { freshModel } from './run-model.ts';
import { StandingRun } from './standing-run.ts';

const clock = new ManualClock();
let engine: TestEngine;
beforeAll(async () => {
  engine = await openEngine({ clock, leaseMs: 1e9 });
});
afterAll(async () => {
  await engine.close();
  await rm(engine.folder, { recursive: true, force: true });
});

test('whatever sequence of run, cancel, retry, crash and reap: the run is where a simple model says, and finished steps stay finished', async () => {
  const commands = [start, finishStep, finishStep, failStep, cancel, cancelTooLate, crash, reap, retry, wakeGhost].map(
    (command) => fc.constant(command),
  );
  const from = fc.integer({ min: 1, max: 3 }).map(retryFrom);
  await fc.assert(
    fc.asyncProperty(fc.commands([...commands, from], { maxCommands: 40, size: 'max' }), async (sequence) => {
      const real = new StandingRun(engine, clock);
      const model = freshModel();
      try {
        await start.run(model, real);
        await fc.asyncModelRun(() => ({ model, real }), sequence);
      } finally {
        await real.bury();
      }
    }),
    { numRuns: 50 },
  );
});
