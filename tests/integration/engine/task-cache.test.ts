import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { byInputs, cacheBy } from '../../../src/engine/cache-policy.ts';
import { flow } from '../../../src/engine/flow.ts';
import { runFlow } from '../../../src/engine/run-flow.ts';
import { task } from '../../../src/engine/task.ts';
import { listLogs } from '../../../src/registry/logs.ts';
import { withEngine, type TestEngine } from '../../helpers/engine.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const parameters = z.object({ x: z.number() });

function countedSquare(): { readonly square: ReturnType<typeof makeSquare>; readonly executed: () => number } {
  let executed = 0;
  return { square: makeSquare(() => (executed += 1)), executed: () => executed };
}

function makeSquare(count: () => void) {
  return task({ name: 'square', cache: byInputs }, ({ x }: { x: number }) => {
    count();
    return { square: x * x, padding: x === 9 ? 'x'.repeat(300_000) : '' };
  });
}

const logsOf = async ({ runtime }: TestEngine, flowRunId: Parameters<typeof listLogs>[1]['flowRunId']) =>
  (await listLogs(runtime.registry.db, { flowRunId })).map(({ message }) => message);

test(
  'a task that opted in is executed once for equal inputs, over all runs',
  withEngine(async ({ runtime, taskStates }) => {
    const { square, executed } = countedSquare();
    const run = flow({ name: 'run', parameters }, async ({ x }) => (await square({ x })).square);
    expect((await runFlow(run, { x: 3 }, runtime)).result).toBe(9);
    const second = await runFlow(run, { x: 3 }, runtime);
    expect(second.result).toBe(9);
    expect(await taskStates(second.flowRun.id)).toEqual(['square Cached 1']);
    expect((await runFlow(run, { x: 4 }, runtime)).result).toBe(16);
    expect(executed()).toBe(2);
  }),
);

test(
  'another version is another key',
  withEngine(async ({ runtime }) => {
    const { square, executed } = countedSquare();
    await runFlow(
      flow({ name: 'run', parameters }, ({ x }) => square({ x })),
      { x: 3 },
      runtime,
    );
    await runFlow(
      flow({ name: 'run', parameters }, ({ x }) => square.with({ version: '2' })({ x })),
      { x: 3 },
      runtime,
    );
    expect(executed()).toBe(2);
  }),
);

const clock = new ManualClock();
test(
  'cache surprises: a result expires, and the explanation says so',
  withEngine(
    async (engine) => {
      const { runtime } = engine;
      const { square, executed } = countedSquare();
      const brief = square.with({ cache: byInputs.expiresAfter(1_000) });
      const run = flow({ name: 'run', parameters }, ({ x }) => brief({ x }));
      const explain = async (): Promise<string> => {
        const { flowRun } = await runFlow(run, { x: 3 }, runtime, { explainCache: true });
        return (await logsOf(engine, flowRun.id)).join();
      };
      expect(await explain()).toMatch(
        /^Cache miss: no result is recorded under this key\. Key \w{12} is made of task square, version 1, inputs \w{12}\.$/,
      );
      clock.advance(999);
      expect(await explain()).toMatch(/^Cache hit: result [\w-]{36} of 2023-11-14T22:13:20.000Z\./);
      clock.advance(1);
      expect(await explain()).toMatch(/^Cache miss: the result under this key expired at 2023-11-14T22:13:21.000Z\./);
      expect(executed()).toBe(2);
    },
    { clock },
  ),
);

test(
  'without the cache everything is executed, and its results take the place of the old',
  withEngine(async ({ runtime }) => {
    let answer = 1;
    const ask = task({ name: 'ask', cache: byInputs }, ({ x }: { x: number }) => x * answer);
    const run = flow({ name: 'run', parameters }, ({ x }) => ask({ x }));
    await runFlow(run, { x: 1 }, runtime);
    answer = 2;
    expect((await runFlow(run, { x: 1 }, runtime, { noCache: true })).result).toBe(2);
    answer = 3;
    expect((await runFlow(run, { x: 1 }, runtime)).result).toBe(2);
  }),
);

test(
  'cache surprises: a part that cannot be hashed switches the cache off and is told',
  withEngine(async (engine) => {
    let executed = 0;
    const cache = cacheBy<{ x: number }>(() => ({ when: new Date(0) }));
    const dated = task({ name: 'dated', cache }, ({ x }: { x: number }) => x * (executed += 1));
    const run = flow({ name: 'run', parameters }, ({ x }) => dated({ x }));
    await runFlow(run, { x: 1 }, engine.runtime);
    const { flowRun, result } = await runFlow(run, { x: 1 }, engine.runtime);
    expect(result).toBe(2);
    expect((await logsOf(engine, flowRun.id)).join()).toContain(
      'Task "dated" is not cached: a part of its key cannot be hashed',
    );
  }),
);

test(
  'cache surprises: a cached result whose file is gone is a miss',
  withEngine(async (engine) => {
    const { square, executed } = countedSquare();
    const run = flow({ name: 'run', parameters }, async ({ x }) => (await square({ x })).square);
    await runFlow(run, { x: 9 }, engine.runtime);
    await rm(path.join(engine.folder, 'artifacts'), { recursive: true });
    const { flowRun, result } = await runFlow(run, { x: 9 }, engine.runtime, { explainCache: true });
    expect(result).toBe(81);
    expect(executed()).toBe(2);
    expect((await logsOf(engine, flowRun.id)).join()).toContain('its stored file is gone or damaged');
  }),
);

test(
  'cache surprises: without opting in nothing is cached',
  withEngine(async ({ runtime, taskStates }) => {
    const plain = task({ name: 'plain' }, ({ x }: { x: number }) => x);
    const run = flow({ name: 'run', parameters }, ({ x }) => plain({ x }));
    await runFlow(run, { x: 1 }, runtime);
    const { flowRun } = await runFlow(run, { x: 1 }, runtime);
    expect(await taskStates(flowRun.id)).toEqual(['plain Completed 1']);
  }),
);
