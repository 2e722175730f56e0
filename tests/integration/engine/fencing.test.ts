import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { systemClock } from '../../../src/core/clock.ts';
import type { FlowRunId } from '../../../src/core/ids.ts';
import { closeFlowRunTree } from '../../../src/engine/close-flow-run-tree.ts';
import { flow } from '../../../src/engine/flow.ts';
import { reapCrashedRuns, type LeaseObservations } from '../../../src/engine/reap-crashed-runs.ts';
import { retryFlowRun } from '../../../src/engine/retry-flow-run.ts';
import { runFlow } from '../../../src/engine/run-flow.ts';
import { task } from '../../../src/engine/task.ts';
import { getFlowRun, listFlowRuns } from '../../../src/registry/flow-runs.ts';
import { openEngine, withEngine, type TestEngine } from '../../helpers/engine.ts';
import { startHangingProcess, until } from '../../helpers/engine-process.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

/** A flow whose first attempt waits in its task for `release`, and whose later ones go through. */
function waitingFlow() {
  const gate = new AbortController();
  const released = new Promise((resolve) => {
    gate.signal.addEventListener('abort', resolve);
  });
  let tries = 0;
  const waiting = task({ name: 'waiting' }, async () => {
    tries += 1;
    const mine = tries;
    if (mine === 1) await released;
    return mine;
  });
  const after = task({ name: 'after' }, () => 'after');
  const run = flow({ name: 'run', parameters: z.object({}) }, async () => {
    const attempt = await waiting();
    await after();
    return attempt;
  });
  return { run, release: () => gate.abort() };
}

async function crashFromOutside({ runtime }: TestEngine): Promise<FlowRunId> {
  const { db } = runtime.registry;
  await until(async () => (await listFlowRuns(db, { states: ['Running'] })).length === 1);
  await pause(50);
  const [row] = await listFlowRuns(db);
  await closeFlowRunTree(db, row!, { kind: 'Crashed', at: systemClock.now(), reason: 'thought dead' });
  return row!.id;
}

test(
  'false crash marking: an attempt that another has overtaken writes nothing more and stops',
  withEngine(async (engine) => {
    const { run, release } = waitingFlow();
    const first = runFlow(run, {}, engine.runtime);
    const fenced = expect(first).rejects.toMatchObject({ code: 'FENCED' });
    const id = await crashFromOutside(engine);
    const second = await retryFlowRun(run, id, engine.runtime);
    expect(second).toMatchObject({ flowRun: { attempt: 2 }, result: 2 });
    const before = await engine.taskStates(id);

    release();
    await fenced;
    expect(await engine.taskStates(id)).toEqual(before);
    expect(await getFlowRun(engine.runtime.registry.db, id)).toMatchObject({
      attempt: 2,
      state: { kind: 'Completed' },
      result: 2,
    });
  }),
);

test(
  'false crash marking: a run found crashed stays Crashed, though its process goes on',
  withEngine(async (engine) => {
    const { run, release } = waitingFlow();
    const first = runFlow(run, {}, engine.runtime);
    const fenced = expect(first).rejects.toMatchObject({ code: 'FENCED' });
    const id = await crashFromOutside(engine);
    release();
    await fenced;
    expect(await getFlowRun(engine.runtime.registry.db, id)).toMatchObject({
      state: { kind: 'Crashed' },
      result: null,
    });
    expect(await engine.taskStates(id)).toEqual(['waiting Crashed 1']);
  }),
);

test('false crash marking: a frozen process is found crashed after its heartbeat stood still for the lease time, and a living one never', async () => {
  const hanging = await startHangingProcess();
  const engine = await openEngine({ folder: hanging.folder });
  const { db } = engine.runtime.registry;
  const [root] = await listFlowRuns(db, { parent: 'roots' });
  const clock = new ManualClock();
  const observations: LeaseObservations = new Map();
  const reap = async (): Promise<string[]> =>
    (await reapCrashedRuns(db, { clock, observations })).map(({ state }) => ('reason' in state ? state.reason : ''));

  // The heartbeat starts when the run is two seconds old.
  expect(await reap()).toEqual([]);
  await until(async () => ((await getFlowRun(db, root!.id))?.heartbeatSeq ?? 0) > 0);
  clock.advance(60_000);
  expect(await reap()).toEqual([]);

  hanging.process.kill('SIGSTOP');
  clock.advance(14_999);
  expect(await reap()).toEqual([]);
  clock.advance(1);
  expect(await reap()).toEqual([expect.stringContaining('gave no sign of life for 15000 ms')]);
  expect(observations.size).toBe(1);

  hanging.process.kill('SIGCONT');
  hanging.process.kill('SIGKILL');
  await hanging.ended;
  expect(await reap()).toEqual([]);
  expect(observations.size).toBe(0);
  await engine.close();
});
