import { rm } from 'node:fs/promises';
import { afterAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { systemClock } from '../../../src/core/clock.ts';
import { flow } from '../../../src/engine/flow.ts';
import { reapCrashedRuns } from '../../../src/engine/reap-crashed-runs.ts';
import { retryFlowRun } from '../../../src/engine/retry-flow-run.ts';
import { runFlow } from '../../../src/engine/run-flow.ts';
import { identifyProcess } from '../../../src/engine/this-process.ts';
import { shortId } from '../../../src/core/ids.ts';
import { task } from '../../../src/engine/task.ts';
import { ownsOpenFlowRun, listFlowRuns } from '../../../src/registry/flow-runs.ts';
import { listTaskRuns } from '../../../src/registry/task-runs.ts';
import { startHangingProcess, until, untilDead } from '../../helpers/engine-process.ts';
import { openEngine, withEngine } from '../../helpers/engine.ts';
import { isAlive } from '../../helpers/processes.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

test('cancel: a run whose process is killed while it is being cancelled ends Cancelled, and the hook for that is called', async () => {
  const hanging = await startHangingProcess({ deaf: true, graceMs: 60_000 });
  folders.push(hanging.folder);
  const engine = await openEngine({ folder: hanging.folder });
  const { db } = engine.runtime.registry;
  hanging.process.kill('SIGINT');
  await until(async () => (await listFlowRuns(db, { parent: 'roots' }))[0]?.state.kind === 'Cancelling');
  hanging.process.kill('SIGKILL');
  await hanging.ended;

  const called: string[] = [];
  const hooked = flow(
    { name: 'outer', parameters: z.object({}), hooks: { onCancellation: ({ state }) => void called.push(state.kind) } },
    () => null,
  );
  const [reaped] = await reapCrashedRuns(db, { clock: systemClock, findFlow: () => Promise.resolve(hooked) });
  expect(reaped?.state).toMatchObject({
    kind: 'Cancelled',
    reason: expect.stringMatching(/^Ctrl-C; its process \d+ on/),
  });
  expect(called).toEqual(['Cancelled']);
  await untilDead(hanging.childPid);
  await engine.close();
});

test('orphaned Running after crash: children that a reaper left, being killed itself, are ended by the next', async () => {
  const hanging = await startHangingProcess();
  folders.push(hanging.folder);
  hanging.process.kill('SIGKILL');
  await hanging.ended;
  const engine = await openEngine({ folder: hanging.folder });
  const { db } = engine.runtime.registry;
  const crashed = { state_kind: 'Crashed', state_json: JSON.stringify({ kind: 'Crashed', at: 1, reason: 'reaped' }) };
  await db.updateTable('flow_runs').set(crashed).execute();

  expect(isAlive(hanging.childPid)).toBe(true);
  expect(await reapCrashedRuns(db, { clock: systemClock })).toEqual([]);
  await untilDead(hanging.childPid);
  expect(await db.selectFrom('child_processes').select('id').execute()).toEqual([]);
  await engine.close();
});

test(
  'retry/resume: a retry from one task run, by its name or its id, executes it and what came after it',
  withEngine(async ({ runtime }) => {
    const executed: number[] = [];
    const step = task({ name: 'step' }, ({ n }: { n: number }) => void executed.push(n));
    const steps = flow({ name: 'steps', parameters: z.object({}) }, async () => {
      for (const n of [1, 2, 3]) await step({ n });
    });
    const { flowRun } = await runFlow(steps, {}, runtime);
    await retryFlowRun(steps, flowRun.id, runtime, { from: 'step-2' });
    expect(executed).toEqual([1, 2, 3, 2, 3]);

    const last = (await listTaskRuns(runtime.registry.db, flowRun.id)).find(({ name }) => name === 'step-3');
    await retryFlowRun(steps, flowRun.id, runtime, { from: shortId(last!.id) });
    expect(executed).toEqual([1, 2, 3, 2, 3, 3]);
    await expect(retryFlowRun(steps, flowRun.id, runtime, { from: 'step-9' })).rejects.toThrow('Its tasks are: step');
  }),
);

test(
  'a process works for somebody only as long as it owns an open run',
  withEngine(async ({ runtime }) => {
    const { db } = runtime.registry;
    const me = identifyProcess()!;
    const seen: boolean[] = [];
    const asking = flow({ name: 'asking', parameters: z.object({}) }, async () => {
      seen.push(await ownsOpenFlowRun(db, me), await ownsOpenFlowRun(db, { ...me, processStart: 'another' }));
    });
    await runFlow(asking, {}, runtime);
    expect([...seen, await ownsOpenFlowRun(db, me)]).toEqual([true, false, false]);
  }),
);
