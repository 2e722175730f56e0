import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../../src/core/clock.ts';
import { ConflictError } from '../../../src/core/errors.ts';
import { cancelFlowRun } from '../../../src/engine/cancel-flow-run.ts';
import { reapCrashedRuns } from '../../../src/engine/reap-crashed-runs.ts';
import { retryFlowRun } from '../../../src/engine/retry-flow-run.ts';
import { listFlowRuns } from '../../../src/registry/flow-runs.ts';
import { outer } from '../../fixtures/engine-flow.ts';
import { openEngine, type TestEngine } from '../../helpers/engine.ts';
import { effectsIn, startHangingProcess, untilDead } from '../../helpers/engine-process.ts';
import { isAlive } from '../../helpers/processes.ts';

async function crash(): Promise<{ readonly engine: TestEngine; readonly childPid: number }> {
  const hanging = await startHangingProcess();
  hanging.process.kill('SIGKILL');
  await hanging.ended;
  return { engine: await openEngine({ folder: hanging.folder }), childPid: hanging.childPid };
}

async function statesOf({ runtime, taskStates }: TestEngine): Promise<string[]> {
  const runs = await listFlowRuns(runtime.registry.db);
  const lines = await Promise.all(
    runs.map(async (run) => [`${run.flowName} ${run.state.kind} ${run.attempt}`, ...(await taskStates(run.id))]),
  );
  return lines.reverse().flat();
}

test('orphaned Running after crash: a run whose process was killed is Crashed with all that ran, and a retry executes only what had not finished', async () => {
  const { engine, childPid } = await crash();
  const { registry } = engine.runtime;
  expect(isAlive(childPid)).toBe(true);

  const [crashed, ...others] = await reapCrashedRuns(registry.db, { clock: systemClock });
  expect(others).toEqual([]);
  await untilDead(childPid);
  expect(await statesOf(engine)).toEqual([
    'outer Crashed 1',
    'step Completed 1',
    'step-2 Completed 1',
    'inner Crashed 1',
    'step Completed 1',
    'hang Crashed 1',
  ]);

  await rm(path.join(engine.folder, 'hang'));
  const { flowRun, result } = await retryFlowRun(outer, crashed!.id, engine.runtime);
  expect({ state: flowRun.state.kind, attempt: flowRun.attempt, result }).toEqual({
    state: 'Completed',
    attempt: 2,
    result: 'done',
  });
  expect(await effectsIn(engine.folder)).toEqual([
    'first',
    'before',
    'inner-first',
    'hang',
    'hang',
    'inner-last',
    'last',
  ]);
  expect(await statesOf(engine)).toEqual([
    'outer Completed 2',
    'step Completed 1',
    'step-2 Completed 1',
    'step-3 Completed 1',
    'inner Completed 2',
    'step Completed 1',
    'hang Completed 2',
    'step-2 Completed 1',
  ]);
  await engine.close();
});

test('retry/resume: a retry from a task executes it and what came after it again, also inside of subflows', async () => {
  const { engine } = await crash();
  const { runtime, folder } = engine;
  const [root] = await listFlowRuns(runtime.registry.db, { parent: 'roots' });
  await rm(path.join(folder, 'hang'));
  await retryFlowRun(outer, root!.id, runtime);

  await expect(retryFlowRun(outer, root!.id, runtime)).rejects.toThrow(ConflictError);
  const done = (await effectsIn(folder)).length;
  const { flowRun } = await retryFlowRun(outer, root!.id, runtime, { from: 'hang' });
  expect(flowRun).toMatchObject({ attempt: 3, state: { kind: 'Completed' } });
  expect((await effectsIn(folder)).slice(done)).toEqual(['hang', 'inner-last', 'last']);
  await expect(retryFlowRun(outer, root!.id, runtime, { from: 'hagn' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await engine.close();
});

test('cancel: cancelling a run whose process is dead cancels it at once and ends its children', async () => {
  const { engine, childPid } = await crash();
  const { db } = engine.runtime.registry;
  const [root] = await listFlowRuns(db, { parent: 'roots' });
  expect(await cancelFlowRun(db, root!.id, { clock: systemClock, reason: 'tired of it' })).toBe('cancelled');
  await untilDead(childPid);
  expect((await statesOf(engine)).filter((line) => line.includes('Cancelled'))).toEqual([
    'outer Cancelled 1',
    'inner Cancelled 1',
    'hang Cancelled 1',
  ]);
  await expect(cancelFlowRun(db, root!.id, { clock: systemClock })).rejects.toThrow('there is nothing to cancel');
  await engine.close();
});
