import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { MappedTaskError } from '../../../src/core/errors.ts';
import { flow } from '../../../src/engine/flow.ts';
import { runFlow } from '../../../src/engine/run-flow.ts';
import { task } from '../../../src/engine/task.ts';
import { listLogs } from '../../../src/registry/logs.ts';
import { listTaskRuns } from '../../../src/registry/task-runs.ts';
import { withEngine } from '../../helpers/engine.ts';

const none = z.object({});
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const evenOnly = task({ name: 'even-only' }, async ({ n }: { n: number }) => {
  await pause(5);
  if (n % 2 === 1) throw new Error(`${n} is odd`);
  return n * 10;
});

test(
  'one mapped item that fails does not lose the others',
  withEngine(async ({ runtime, taskStates }) => {
    const inputs = [0, 1, 2, 3, 4].map((n) => ({ n }));
    let thrown: unknown;
    const map = flow({ name: 'map', parameters: none }, async () => {
      const mapped = evenOnly.map(inputs, { concurrency: 2 });
      await Promise.resolve(mapped).catch((error: unknown) => (thrown = error));
      return (await mapped.settled()).map((outcome) => (outcome.kind === 'done' ? outcome.value : 'failed'));
    });
    const { flowRun, result } = await runFlow(map, {}, runtime);
    expect(result).toEqual([0, 'failed', 20, 'failed', 40]);
    expect(thrown).toBeInstanceOf(MappedTaskError);
    expect((thrown as MappedTaskError).message).toBe(
      '2 of 5 runs of task "even-only" failed, the first with Error: 1 is odd',
    );
    expect(await taskStates(flowRun.id)).toEqual([
      'even-only Completed 1',
      'even-only-2 Failed 1',
      'even-only-3 Completed 1',
      'even-only-4 Failed 1',
      'even-only-5 Completed 1',
    ]);
  }),
);

test(
  'a map runs no more at once than it was told, and keeps the order of its inputs',
  withEngine(async ({ runtime }) => {
    let running = 0;
    let most = 0;
    const busy = task({ name: 'busy' }, async ({ n }: { n: number }) => {
      most = Math.max(most, (running += 1));
      await pause(20 - n);
      running -= 1;
      return n;
    });
    const inputs = Array.from({ length: 12 }, (_, n) => ({ n }));
    const map = flow({ name: 'map', parameters: none }, async () => await busy.map(inputs, { concurrency: 3 }));
    expect((await runFlow(map, {}, runtime)).result).toEqual(inputs.map(({ n }) => n));
    expect(most).toBe(3);
    expect(
      (
        await runFlow(
          flow({ name: 'empty', parameters: none }, async () => await busy.map([])),
          {},
          runtime,
        )
      ).result,
    ).toEqual([]);
  }),
);

test(
  'what nobody awaits is awaited when the flow ends, also when it fails there',
  withEngine(async ({ runtime, taskStates }) => {
    const forgetful = flow({ name: 'forgetful', parameters: none }, () => {
      evenOnly.submit({ n: 1 });
      void evenOnly({ n: 2 });
      evenOnly.map([{ n: 4 }, { n: 6 }, { n: 8 }], { concurrency: 1 });
      return 'done';
    });
    const { flowRun, result } = await runFlow(forgetful, {}, runtime);
    expect(result).toBe('done');
    expect(flowRun.state.kind).toBe('Completed');
    expect(await taskStates(flowRun.id)).toEqual([
      'even-only Failed 1',
      'even-only-2 Completed 1',
      'even-only-3 Completed 1',
      'even-only-4 Completed 1',
      'even-only-5 Completed 1',
    ]);
  }),
);

test(
  'futures run side by side and are awaited for their results or their outcomes',
  withEngine(async ({ runtime }) => {
    const both = flow({ name: 'both', parameters: none }, async () => {
      const [two, three] = [evenOnly.submit({ n: 2 }), evenOnly.submit({ n: 3 })];
      const outcome = await three.settled();
      return [await two, outcome.kind];
    });
    expect((await runFlow(both, {}, runtime)).result).toEqual([20, 'failed']);
  }),
);

test(
  'a task called by a task is recorded under it',
  withEngine(async ({ runtime }) => {
    const inner = task({ name: 'inner' }, ({ n }: { n: number }) => n + 1);
    const outer = task({ name: 'outer' }, async ({ n }: { n: number }) => (await inner({ n })) + (await inner({ n })));
    const nest = flow({ name: 'nest', parameters: none }, () => outer({ n: 1 }));
    const { flowRun, result } = await runFlow(nest, {}, runtime);
    expect(result).toBe(4);
    const [first, ...rest] = await listTaskRuns(runtime.registry.db, flowRun.id);
    expect(rest.map(({ parentTaskRunId, callKey }) => [parentTaskRunId, callKey])).toEqual([
      [first!.id, '#0'],
      [first!.id, '#1'],
    ]);
  }),
);

test(
  'two equal calls may not share a key',
  withEngine(async ({ runtime }) => {
    const twice = flow({ name: 'twice', parameters: none }, async () => {
      await evenOnly({ n: 2 }, { key: 'a' });
      await evenOnly({ n: 4 }, { key: 'a' });
      await evenOnly({ n: 2 }, { key: 'a' });
    });
    expect((await runFlow(twice, {}, runtime)).error?.message).toContain('share the key "a"');
  }),
);

test(
  'a call made after the flow has ended is refused',
  withEngine(async ({ runtime }) => {
    let late: Promise<unknown> | undefined;
    const end = flow({ name: 'end', parameters: none }, () => {
      late = pause(50).then(() => evenOnly({ n: 2 }));
      return null;
    });
    await runFlow(end, {}, runtime);
    await expect(late).rejects.toThrow('has ended and takes no more calls');
  }),
);

test(
  'run names are filled from the input, and a name that cannot be made does not matter',
  withEngine(async ({ runtime, taskStates }) => {
    const named = task(
      { name: 'named', runName: 'train {size.width}' },
      ({ size }: { size: { width: number } }) => size,
    );
    const odd = named.with({
      runName: () => {
        throw new Error('no name');
      },
    });
    const name = flow({ name: 'name', parameters: none }, async () => {
      await named({ size: { width: 64 } });
      await named({ size: { width: 65 } }, { runName: 'mine' });
      await odd({ size: { width: 66 } });
    });
    const { flowRun } = await runFlow(name, {}, runtime);
    expect(await taskStates(flowRun.id)).toEqual(['train 64 Completed 1', 'mine Completed 1', 'named-3 Completed 1']);
    const logs = await listLogs(runtime.registry.db, { flowRunId: flowRun.id, minLevel: 'warn' });
    expect(logs.map(({ message }) => message)).toEqual(['The runName of task "named" failed: no name']);
  }),
);
