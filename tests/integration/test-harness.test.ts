import { afterAll, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { createTestClock, createTestHarness, exponentialBackoff, flow, skip, task } from '../../src/index.ts';

const MINUTE_MS = 60_000;
const nothing = z.strictObject({});
const harness = await createTestHarness();
afterAll(() => harness.close());

test('a run tells its state, result, task runs, logs and artifacts', async () => {
  const count = task({ name: 'count' }, ({ houses }: { houses: number }, { log }) => {
    log.info('counting', { houses });
    return { total: houses * 2 };
  });
  const census = flow(
    { name: 'census', parameters: z.strictObject({ houses: z.int().default(3) }) },
    async ({ houses }, { artifacts }) => {
      const { total } = await count({ houses });
      await artifacts.markdown('report', `# ${total}`);
      return total;
    },
  );
  const run = await harness.run(census, {});
  expect(run).toMatchObject({ flow: 'census', state: { kind: 'Completed' }, result: 6, parameters: { houses: 3 } });
  expect(run.taskRuns).toMatchObject([{ task: 'count', input: { houses: 3 }, result: { total: 6 }, attempt: 1 }]);
  expect(run.logs).toContainEqual({ level: 'info', message: 'counting', data: { houses: 3 }, task: 'count' });
  expect(run.artifacts).toMatchObject([{ key: 'report', kind: 'markdown', content: '# 6' }]);
  expect(run.trainingRun).toBeUndefined();
});

test('waits for retries take no time, also of nested and parallel tasks, and the clock tells they were', async () => {
  let tries = 0;
  const inner = task({ name: 'inner', retries: { limit: 2, delay: 10 * MINUTE_MS } }, () => {
    tries += 1;
    if (tries < 3) throw new Error('not yet');
    return tries;
  });
  const outer = task({ name: 'outer' }, () => inner());
  const other = task(
    { name: 'other', retries: { limit: 3, delay: exponentialBackoff({ firstMs: MINUTE_MS, factor: 2 }) } },
    () => {
      throw new Error('never');
    },
  );
  const patient = flow({ name: 'patient', parameters: nothing }, async () => {
    const failing = other.submit();
    const value = await outer();
    return { value, other: (await failing.settled()).kind };
  });
  const before = harness.clock.now();
  const run = await harness.run(patient, {});
  expect(run.result).toEqual({ value: 3, other: 'failed' });
  expect(run.taskRuns.find(({ task: name }) => name === 'other')?.attempt).toBe(4);
  const waited = harness.clock.now() - before;
  expect(waited).toBeGreaterThanOrEqual(20 * MINUTE_MS);
  expect(waited).toBeLessThan(22 * MINUTE_MS);
});

test('a frozen clock moves when it is told: a task runs out of time', async () => {
  const clock = createTestClock({ startMs: 1_000_000, frozen: true });
  await using frozen = await createTestHarness({ clock });
  const slow = task({ name: 'slow', timeoutMs: MINUTE_MS }, async (_, { services, signal }) => {
    await services.clock.sleep(60 * MINUTE_MS, signal);
  });
  const late = flow({ name: 'late', parameters: nothing }, () => slow());
  const started = frozen.start(late, {});
  await started.reached('slow', 'Running');
  await clock.advance(MINUTE_MS);
  const run = await started.ended;
  expect(run.taskRuns[0]?.state).toMatchObject({ kind: 'TimedOut', timeoutMs: MINUTE_MS, at: 1_000_000 + MINUTE_MS });
  expect(run.state.kind).toBe('Failed');
  await expect(started.reached('slow', 'Completed')).rejects.toThrow('was never: slow Completed');
});

test('a run can be cancelled, and retried with the results it had', async () => {
  let executed = 0;
  let isStuck = true;
  const first = task({ name: 'first' }, () => (executed += 1));
  const stuck = task({ name: 'stuck' }, async (_, { services, signal }) => {
    if (isStuck) await services.clock.sleep(60 * MINUTE_MS, signal);
    return 'free';
  });
  const work = flow({ name: 'work', parameters: nothing }, async () => [await first(), await stuck()]);
  const started = harness.start(work, {});
  await started.reached('stuck', 'Running');
  started.cancel('enough');
  const cancelled = await started.ended;
  expect(cancelled.state).toMatchObject({ kind: 'Cancelled', reason: 'enough' });
  isStuck = false;
  const retried = await harness.retry(work, cancelled);
  expect(retried).toMatchObject({ id: cancelled.id, attempt: 2, result: [1, 'free'] });
  expect(executed).toBe(1);
});

test('services can be replaced, and a harness leaves nothing behind', async () => {
  const own = await createTestHarness({ services: { env: { TOWN: 'Bern' } } });
  const where = flow({ name: 'where', parameters: nothing }, (_, { services }) => {
    return services.env.TOWN ?? skip('no town');
  });
  expect((await own.run(where, {})).result).toBe('Bern');
  const { root } = own.services.project;
  expect(existsSync(root)).toBe(true);
  await own.close();
  expect(existsSync(root)).toBe(false);
});
