import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { flow } from '../../../src/engine/flow.ts';
import { runFlow } from '../../../src/engine/run-flow.ts';
import { task } from '../../../src/engine/task.ts';
import { withEngine } from '../../helpers/engine.ts';

const count = task({ name: 'count' }, ({ folder }: { folder: string }): number => {
  if (folder === 'gone') throw new Error('there is no such folder');
  return 7;
});

test(
  'hooks: a value for the case of failure is what the flow returns where it catches; the failure stays recorded',
  withEngine(async ({ runtime, taskStates }) => {
    const census = flow({ name: 'census', parameters: z.object({ folder: z.string() }) }, async ({ folder }) => {
      const images = await count({ folder }).catch(() => 0);
      return { images };
    });
    const { flowRun, result } = await runFlow(census, { folder: 'gone' }, runtime);
    expect({ state: flowRun.state.kind, result }).toEqual({ state: 'Completed', result: { images: 0 } });
    expect(await taskStates(flowRun.id)).toEqual(['count Failed 1']);
  }),
);

test(
  'hooks: of mapped items the good ones count and the others get the value for failure',
  withEngine(async ({ runtime }) => {
    const census = flow({ name: 'census', parameters: z.object({}) }, async () => {
      const outcomes = await count.map([{ folder: 'here' }, { folder: 'gone' }]).settled();
      return outcomes.map((outcome) => (outcome.kind === 'done' ? outcome.value : -1));
    });
    expect((await runFlow(census, {}, runtime)).result).toEqual([7, -1]);
  }),
);

test(
  'hooks: a flow that catches everything still cannot turn a cancellation into a success',
  withEngine(async ({ runtime }) => {
    const interrupt = new AbortController();
    const wait = task({ name: 'wait' }, async (_: undefined, { signal }) => {
      interrupt.abort('Ctrl-C');
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      return 1;
    });
    const greedy = flow({ name: 'greedy', parameters: z.object({}) }, () => wait(undefined).catch(() => 0));
    const { flowRun, result } = await runFlow(greedy, {}, { ...runtime, signal: interrupt.signal });
    expect({ state: flowRun.state.kind, result }).toEqual({ state: 'Cancelled', result: undefined });
  }),
);
