import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { flow } from '../../../src/engine/flow.ts';
import { runFlow } from '../../../src/engine/run-flow.ts';
import { task } from '../../../src/engine/task.ts';
import { withEngine } from '../../helpers/engine.ts';

const trivial = task({ name: 'trivial' }, ({ n }: { n: number }) => ({ n }));

test(
  'overhead: a hundred tiny tasks take milliseconds, not seconds',
  withEngine(async ({ runtime }) => {
    const times: number[] = [];
    const tiny = flow({ name: 'tiny', parameters: z.object({}) }, async () => {
      for (let n = 0; n < 300; n += 1) {
        const start = performance.now();
        await trivial({ n });
        times.push(performance.now() - start);
      }
      return null;
    });
    expect((await runFlow(tiny, {}, runtime)).flowRun.state.kind).toBe('Completed');
    // Half a millisecond on a quiet machine (benchmarks/task-overhead.ts); here other tests run beside.
    expect(times.toSorted((left, right) => left - right)[150]).toBeLessThan(5);
  }),
);

test(
  'a flow of nothing but tiny tasks leaves timers and signals their turn',
  withEngine(async ({ runtime }) => {
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 5);
    const tiny = flow({ name: 'tiny', parameters: z.object({}) }, async () => {
      const until = performance.now() + 300;
      for (let n = 0; performance.now() < until; n += 1) await trivial({ n });
      return null;
    });
    await runFlow(tiny, {}, runtime);
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(5);
  }),
);

test(
  'memory: while the observer is behind no task begins',
  withEngine(async ({ runtime }) => {
    let isBehind = true;
    let begun = 0;
    const observerReady = async (): Promise<void> => {
      const before = begun;
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (isBehind) expect(begun).toBe(before);
      isBehind = false;
    };
    const tiny = flow({ name: 'tiny', parameters: z.object({}) }, async () => {
      const until = performance.now() + 200;
      for (let n = 0; performance.now() < until; n += 1) {
        await trivial({ n });
        begun += 1;
      }
      return null;
    });
    expect((await runFlow(tiny, {}, { ...runtime, observerReady })).flowRun.state.kind).toBe('Completed');
    expect(isBehind).toBe(false);
  }),
);
