import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { flow } from '../../../src/engine/flow.ts';
import { retryFlowRun } from '../../../src/engine/retry-flow-run.ts';
import { runFlow } from '../../../src/engine/run-flow.ts';
import { task } from '../../../src/engine/task.ts';
import { listFlowRuns } from '../../../src/registry/flow-runs.ts';
import { withEngine } from '../../helpers/engine.ts';

const none = z.object({});

test(
  'a flow called by a flow is a run of its own, linked to its parent',
  withEngine(async ({ runtime, events }) => {
    const part = flow({ name: 'part', parameters: z.object({ n: z.number().default(7) }) }, ({ n }) => n + 1);
    const viaTask = task({ name: 'via-task' }, () => part({ n: 1 }));
    const whole = flow({ name: 'whole', parameters: none }, async () => [await part({}), await viaTask()]);
    const { flowRun, result } = await runFlow(whole, {}, runtime);
    expect(result).toEqual([8, 2]);
    const parts = await listFlowRuns(runtime.registry.db, { parent: flowRun.id });
    expect(parts.map((run) => [run.rootFlowRunId, run.parentTaskRunId !== null, run.result])).toEqual([
      [flowRun.id, true, 2],
      [flowRun.id, false, 8],
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'flow-run',
        flow: 'part',
        parentFlowRunId: flowRun.id,
        rootFlowRunId: flowRun.id,
      }),
    );
  }),
);

test(
  'retry/resume: a retry returns the results of finished subflows and gives the others a new attempt',
  withEngine(async ({ runtime }) => {
    const executed: number[] = [];
    let broken = true;
    const part = flow({ name: 'part', parameters: z.object({ n: z.number() }) }, ({ n }) => {
      executed.push(n);
      if (n === 2 && broken) throw new Error('broken');
      return n;
    });
    const whole = flow({ name: 'whole', parameters: none }, async () => {
      const results = await Promise.allSettled([part({ n: 1 }), part({ n: 2 }), part({ n: 1 })]);
      const failed = results.find(({ status }) => status === 'rejected');
      if (failed !== undefined) throw new Error('a part failed');
      return part({ n: 3 });
    });
    const { flowRun } = await runFlow(whole, {}, runtime);
    expect(executed).toEqual([1, 2, 1]);

    broken = false;
    const retried = await retryFlowRun(whole, flowRun.id, runtime);
    expect(retried).toMatchObject({ flowRun: { attempt: 2, state: { kind: 'Completed' } }, result: 3 });
    expect(executed).toEqual([1, 2, 1, 2, 3]);
    const parts = await listFlowRuns(runtime.registry.db, { parent: flowRun.id });
    expect(parts.map(({ parameters, attempt }) => [parameters, attempt]).reverse()).toEqual([
      [{ n: 1 }, 1],
      [{ n: 2 }, 2],
      [{ n: 1 }, 1],
      [{ n: 3 }, 1],
    ]);
  }),
);

test(
  'a subflow with parameters that do not fit is recorded Failed and throws',
  withEngine(async ({ runtime }) => {
    const part = flow({ name: 'part', parameters: z.object({ n: z.number() }) }, ({ n }) => n);
    const whole = flow({ name: 'whole', parameters: none }, () => part({ n: 'x' as unknown as number }));
    const { flowRun, error } = await runFlow(whole, {}, runtime);
    expect(error?.code).toBe('PARAMETER');
    const [row] = await listFlowRuns(runtime.registry.db, { parent: flowRun.id });
    expect(row).toMatchObject({ state: { kind: 'Failed' }, startedAt: null });
    await expect(retryFlowRun(part, row!.id, runtime)).rejects.toThrow(`Retry the run it belongs to: ${flowRun.id}`);
  }),
);

test(
  'a retry takes the recorded parameters, and only a run of the same flow',
  withEngine(async ({ runtime }) => {
    let broken = true;
    const body = ({ n }: { n: number }): number => {
      if (broken) throw new Error('broken');
      return n;
    };
    const one = flow({ name: 'one', parameters: z.object({ n: z.number().default(1) }) }, body);
    const { flowRun } = await runFlow(one, {}, runtime);
    broken = false;
    const changed = flow({ name: 'one', parameters: z.object({ n: z.number().default(2) }) }, body);
    expect((await retryFlowRun(changed, flowRun.id, runtime)).result).toBe(1);
    const other = flow({ name: 'other', parameters: none }, () => null);
    await expect(retryFlowRun(other, flowRun.id, runtime)).rejects.toThrow('is a run of flow "one", not of "other"');
  }),
);

test(
  'a nested task that finished is not repeated when its parent is',
  withEngine(async ({ runtime, taskStates }) => {
    let inner = 0;
    let outer = 0;
    const nested = task({ name: 'nested' }, () => (inner += 1));
    const parent = task({ name: 'parent', retries: { limit: 1 } }, async () => {
      const value = await nested();
      outer += 1;
      if (outer === 1) throw new Error('once');
      return value;
    });
    const run = flow({ name: 'run', parameters: none }, () => parent());
    const { flowRun, result } = await runFlow(run, {}, runtime);
    expect({ result, inner, outer }).toEqual({ result: 1, inner: 1, outer: 2 });
    expect(await taskStates(flowRun.id)).toEqual(['parent Completed 2', 'nested Completed 1']);
  }),
);

test(
  'retry/resume: subflows that ran at once each get their own parameters and results again',
  withEngine(async ({ runtime }) => {
    const executed: string[] = [];
    let broken = true;
    const work = task({ name: 'work' }, async ({ name, ms }: { name: string; ms: number }) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      executed.push(name);
      return `work of ${name}`;
    });
    const check = task({ name: 'check' }, ({ name }: { name: string }) => {
      if (broken && name !== 'a') throw new Error(`${name} is not ready`);
      return `${name} checked`;
    });
    const part = flow(
      { name: 'part', parameters: z.object({ name: z.string(), ms: z.number() }) },
      async (input) => `${input.name}: ${await work(input)}, ${await check({ name: input.name })}`,
    );
    const whole = flow({ name: 'whole', parameters: z.object({}) }, async () => {
      const calls = await Promise.allSettled(['a', 'b', 'c'].map((name, at) => part({ name, ms: 30 - 10 * at })));
      for (const call of calls) if (call.status === 'rejected') throw call.reason;
      return calls.map((call) => (call.status === 'fulfilled' ? call.value : ''));
    });
    const first = await runFlow(whole, {}, runtime);
    expect(first.flowRun.state.kind).toBe('Failed');
    broken = false;
    const { result } = await retryFlowRun(whole, first.flowRun.id, runtime);
    expect(result).toEqual(['a', 'b', 'c'].map((name) => `${name}: work of ${name}, ${name} checked`));
    expect(executed.sort()).toEqual(['a', 'b', 'c']);
  }),
);
