import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { newFlowRunId } from '../../../src/core/ids.ts';
import { flow } from '../../../src/engine/flow.ts';
import { runFlow } from '../../../src/engine/run-flow.ts';
import { task, type Task } from '../../../src/engine/task.ts';
import { insertFlowRun } from '../../../src/registry/flow-runs.ts';
import { listStateHistory } from '../../../src/registry/state-history.ts';
import { listTaskRuns } from '../../../src/registry/task-runs.ts';
import { withEngine } from '../../helpers/engine.ts';

const square = flow({ name: 'square', parameters: z.object({ n: z.number() }) }, ({ n }) => n * n);

test(
  'a run that was recorded to be run later takes its recorded parameters, and can be taken once',
  withEngine(async ({ runtime }) => {
    const { db } = runtime.registry;
    const id = newFlowRunId();
    const at = runtime.clock.now();
    const state = { kind: 'Scheduled', at, scheduledFor: at } as const;
    const origin = { tags: [], codeVersion: 'test', createdAt: at };
    await insertFlowRun(db, {
      id,
      flowName: 'square',
      name: 's',
      state,
      rootFlowRunId: id,
      parameters: { n: 5 },
      ...origin,
    });

    const { flowRun, result } = await runFlow(square, undefined, runtime, { flowRunId: id });
    expect({ id: flowRun.id, result }).toEqual({ id, result: 25 });
    const history = await listStateHistory(db, id);
    expect(history.map((change) => change.state.kind)).toEqual(['Scheduled', 'Pending', 'Running', 'Completed']);
    await expect(runFlow(square, undefined, runtime, { flowRunId: id })).rejects.toMatchObject({ code: 'CONFLICT' });
  }),
);

test(
  'a new run takes the id it is given',
  withEngine(async ({ runtime }) => {
    const id = newFlowRunId();
    expect((await runFlow(square, { n: 2 }, runtime, { flowRunId: id })).flowRun.id).toBe(id);
  }),
);

test(
  'a task of a second copy of the package belongs to the run it is called in',
  withEngine(async ({ runtime }) => {
    const copy = (await import(new URL('../../../src/engine/task.js?copy', import.meta.url).href)) as {
      readonly task: (options: { name: string }, body: (input: { n: number }) => number) => Task<{ n: number }, number>;
    };
    const foreign = copy.task({ name: 'foreign' }, ({ n }) => n + 1);
    const run = flow({ name: 'run', parameters: z.object({}) }, () => foreign({ n: 1 }));
    const { flowRun, result } = await runFlow(run, {}, runtime);
    expect(result).toBe(2);
    expect(await listTaskRuns(runtime.registry.db, flowRun.id)).toHaveLength(1);
  }),
);

test(
  'the last progress of a task is recorded, however soon it ends',
  withEngine(async ({ runtime }) => {
    const count = task({ name: 'count' }, (_: undefined, { progress }) => {
      for (let done = 0; done <= 100; done += 1) progress({ done, total: 100, unit: 'files' });
    });
    const { flowRun } = await runFlow(
      flow({ name: 'run', parameters: z.object({}) }, () => count(undefined)),
      {},
      runtime,
    );
    const [row] = await listTaskRuns(runtime.registry.db, flowRun.id);
    expect(row!.progress).toEqual({ done: 100, total: 100, unit: 'files' });
  }),
);
