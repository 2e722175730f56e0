import { expect } from '@jest/globals';
import type { AsyncCommand } from 'fast-check';
import { isTerminal } from '../../../src/core/run-state.ts';
import { cancelFlowRun } from '../../../src/engine/cancel-flow-run.ts';
import { reapCrashedRuns } from '../../../src/engine/reap-crashed-runs.ts';
import { retryFlowRun } from '../../../src/engine/retry-flow-run.ts';
import { runFlow } from '../../../src/engine/run-flow.ts';
import { identifyProcess } from '../../../src/engine/this-process.ts';
import { getFlowRun } from '../../../src/registry/flow-runs.ts';
import { expectAsModelled, isOpen, lives, type Model } from './run-model.ts';
import { soon, STEPS, type StandingRun } from './standing-run.ts';

// What a person, or fate, may do to a run: to the model and to the real one.

type Command = AsyncCommand<Model, StandingRun>;

function command(
  name: string,
  check: (model: Readonly<Model>) => boolean,
  run: (model: Model, real: StandingRun) => Promise<void>,
) {
  return {
    check,
    toString: () => name,
    run: async (model, real) => {
      await run(model, real);
      await expectAsModelled(model, real);
    },
  } satisfies Command;
}

/** Where the run stands after it has begun, or gone on. */
function arrive(model: Model): void {
  model.state = model.finished.size === STEPS ? 'Completed' : 'Running';
}

function endsByReaping(model: Model): void {
  if (!isOpen(model) || !model.ownerIsDead) return;
  model.state = model.cancelIsRequested ? 'Cancelled' : 'Crashed';
}

function beginAgain(model: Model): void {
  model.attempt += 1;
  model.ownerIsDead = false;
  model.cancelIsRequested = false;
  arrive(model);
}

export const start = command(
  'start',
  ({ state }) => state === 'none',
  async (model, real) => {
    await real.begin(() =>
      runFlow(real.flow, {}, { ...real.engine.runtime, observer: (event) => (real.id ??= event.flowRunId) }),
    );
    model.attempt = 1;
    arrive(model);
  },
);

export const finishStep = command('finish a step', lives, async (model, real) => {
  const step = model.finished.size + 1;
  await real.move(real.life, 'done');
  model.finished.add(step);
  model.executed[step]! += 1;
  arrive(model);
});

export const failStep = command('fail a step', lives, async (model, real) => {
  await real.move(real.life, 'failed');
  model.state = 'Failed';
});

export const cancel = command('cancel', isOpen, async (model, real) => {
  const answer = await cancelFlowRun(real.db, real.id!, { clock: real.clock });
  expect(answer).toBe(model.ownerIsDead ? 'cancelled' : 'requested');
  if (!model.ownerIsDead) {
    await soon(async () => {
      real.clock.advance(500);
      return real.life!.ended && isTerminal((await getFlowRun(real.db, real.id!))!.state.kind);
    });
  }
  model.state = 'Cancelled';
});

export const cancelTooLate = command(
  'cancel what has ended',
  (model) => model.state !== 'none' && !isOpen(model),
  async (_, real) => {
    await expect(cancelFlowRun(real.db, real.id!, { clock: real.clock })).rejects.toMatchObject({ code: 'CONFLICT' });
  },
);

export const crash = command('crash', lives, async (model, real) => {
  real.life!.ghost = true;
  real.ghosts.push(real.life!);
  real.life = undefined;
  const owner_json = JSON.stringify({ ...identifyProcess()!, processStart: 'long ago' });
  await real.db.updateTable('flow_runs').set({ owner_json }).where('id', '=', real.id!).execute();
  model.ownerIsDead = true;
});

export const reap = command(
  'reap',
  () => true,
  async (model, real) => {
    const reaped = await reapCrashedRuns(real.db, { clock: real.clock });
    expect(reaped).toHaveLength(isOpen(model) && model.ownerIsDead ? 1 : 0);
    endsByReaping(model);
  },
);

export const retry = command(
  'retry',
  ({ state }) => state !== 'none',
  async (model, real) => {
    endsByReaping(model);
    if (isOpen(model) || model.state === 'Completed') {
      await expect(retryFlowRun(real.flow, real.id!, real.engine.runtime)).rejects.toMatchObject({ code: 'CONFLICT' });
      return;
    }
    await real.begin(() => retryFlowRun(real.flow, real.id!, real.engine.runtime));
    beginAgain(model);
  },
);

/** As `--from step-2`. */
export const retryFrom = (step: number) =>
  command(
    `retry from step ${step}`,
    (model) => model.state !== 'none' && !lives(model) && model.finished.size >= step,
    async (model, real) => {
      endsByReaping(model);
      const from = step === 1 ? 'step' : `step-${step}`;
      for (const later of [...model.finished]) if (later >= step) model.finished.delete(later);
      await real.begin(() => retryFlowRun(real.flow, real.id!, real.engine.runtime, { from }));
      beginAgain(model);
    },
  );

/** A process that was thought dead wakes up and goes on, now that its attempt is over: nothing it does may count. */
export const wakeGhost = command(
  'wake a ghost',
  (model) => model.attempt > 0 && !(isOpen(model) && model.ownerIsDead),
  async (_, real) => {
    const ghost = real.ghosts.shift();
    if (ghost === undefined) return;
    await real.move(ghost, 'done');
    expect(ghost.failure).toMatchObject({ code: 'FENCED' });
  },
);
