import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { systemClock } from '../../../src/core/clock.ts';
import { cancelFlowRun } from '../../../src/engine/cancel-flow-run.ts';
import { flow } from '../../../src/engine/flow.ts';
import { reapCrashedRuns } from '../../../src/engine/reap-crashed-runs.ts';
import { retryFlowRun } from '../../../src/engine/retry-flow-run.ts';
import { runFlow } from '../../../src/engine/run-flow.ts';
import { task } from '../../../src/engine/task.ts';
import { listFlowRuns } from '../../../src/registry/flow-runs.ts';
import { listStateHistory } from '../../../src/registry/state-history.ts';
import { outer } from '../../fixtures/engine-flow.ts';
import { openEngine, withEngine } from '../../helpers/engine.ts';
import { startHangingProcess, until } from '../../helpers/engine-process.ts';
import { isAlive } from '../../helpers/processes.ts';

test('cancel: another process cancels a run: its owner hears of it, ends its children and records Cancelled', async () => {
  const hanging = await startHangingProcess();
  const engine = await openEngine({ folder: hanging.folder });
  const { db } = engine.runtime.registry;
  const [root] = await listFlowRuns(db, { parent: 'roots' });

  expect(await reapCrashedRuns(db, { clock: systemClock })).toEqual([]);
  await expect(retryFlowRun(outer, root!.id, engine.runtime)).rejects.toThrow('Cancel it first');
  expect(await cancelFlowRun(db, root!.id, { clock: systemClock, reason: 'wrong data' })).toBe('requested');

  expect(JSON.parse(await hanging.ended)).toMatchObject({ kind: 'Cancelled', reason: 'wrong data' });
  expect(isAlive(hanging.childPid)).toBe(false);
  const history = await listStateHistory(db, root!.id);
  expect(history.map(({ state }) => state.kind)).toEqual(['Pending', 'Running', 'Cancelling', 'Cancelled']);
  const runs = await listFlowRuns(db);
  expect(runs.map(({ flowName, state }) => `${flowName} ${state.kind}`)).toEqual([
    'inner Cancelled',
    'outer Cancelled',
  ]);
  await engine.close();
});

test('cancel: a task that does not hear the signal is left behind after the time of grace and its child is killed', async () => {
  const hanging = await startHangingProcess({ deaf: true, graceMs: 300 });
  hanging.process.kill('SIGINT');
  expect(JSON.parse(await hanging.ended)).toMatchObject({ kind: 'Cancelled', reason: 'Ctrl-C' });
  expect(isAlive(hanging.childPid)).toBe(false);
});

test(
  'cancel: a cancelled run keeps what was finished and starts nothing more',
  withEngine(async ({ runtime, taskStates }) => {
    const interrupt = new AbortController();
    const quick = task({ name: 'quick' }, ({ n }: { n: number }) => {
      if (n === 2) interrupt.abort();
      return n;
    });
    const many = flow({ name: 'many', parameters: z.object({}) }, async () => {
      await quick.map(
        [0, 1, 2, 3, 4].map((n) => ({ n })),
        { concurrency: 1 },
      );
    });
    const { flowRun, error } = await runFlow(many, {}, { ...runtime, signal: interrupt.signal });
    expect(flowRun.state).toMatchObject({ kind: 'Cancelled', reason: 'interrupted' });
    expect(error?.code).toBe('CANCELLED');
    expect(await taskStates(flowRun.id)).toEqual(['quick Completed 1', 'quick-2 Completed 1', 'quick-3 Completed 1']);

    const retried = await retryFlowRun(many, flowRun.id, runtime);
    expect(retried.flowRun.state.kind).toBe('Completed');
    expect(await taskStates(flowRun.id)).toHaveLength(5);
  }),
);

test(
  'a run that was interrupted before it began never runs',
  withEngine(async ({ runtime }) => {
    let ran = false;
    const run = flow({ name: 'run', parameters: z.object({}) }, () => {
      ran = true;
      return null;
    });
    const { flowRun } = await runFlow(run, {}, { ...runtime, signal: AbortSignal.abort('Ctrl-C') });
    expect(flowRun).toMatchObject({ state: { kind: 'Cancelled' }, startedAt: null });
    expect(ran).toBe(false);
  }),
);

test(
  'cancelling a subflow run fails the flow that waits for it, unless that one catches',
  withEngine(async ({ runtime }) => {
    const wait = task({ name: 'wait' }, async (_: undefined, { signal }) => {
      await until(() => signal.aborted);
      signal.throwIfAborted();
    });
    const part = flow({ name: 'part', parameters: z.object({}) }, () => wait(undefined));
    const whole = flow({ name: 'whole', parameters: z.object({}) }, async (_, { run }) => {
      const waiting = part({});
      await until(async () => (await listFlowRuns(runtime.registry.db, { states: ['Running'] })).length === 2);
      const [subflow] = await listFlowRuns(runtime.registry.db, { parent: run.flowRunId });
      await cancelFlowRun(runtime.registry.db, subflow!.id, { clock: systemClock });
      return waiting.catch((error: unknown) => (error as { code: string }).code);
    });
    expect(await runFlow(whole, {}, runtime)).toMatchObject({
      flowRun: { state: { kind: 'Completed' } },
      result: 'CANCELLED',
    });
  }),
);
