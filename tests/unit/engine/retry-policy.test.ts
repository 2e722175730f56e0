import { expect, test } from '@jest/globals';
import { seededRandom } from '../../../src/core/seeded-random.ts';
import { exponentialBackoff, retryDelayMs, shouldRetry } from '../../../src/engine/retry-policy.ts';

const random = seededRandom('retry');
const delays = (policy: Parameters<typeof retryDelayMs>[0], count: number) =>
  Array.from({ length: count }, (_, index) => retryDelayMs(policy, index + 1, random));

test('a fixed delay stays, a list repeats its last, no delay is none', () => {
  expect(delays({ limit: 3, delay: 50 }, 3)).toEqual([50, 50, 50]);
  expect(delays({ limit: 4, delay: [1, 10] }, 4)).toEqual([1, 10, 10, 10]);
  expect(delays({ limit: 2, delay: [] }, 2)).toEqual([0, 0]);
  expect(delays({ limit: 1 }, 1)).toEqual([0]);
});

test('backoff grows by its factor up to its maximum', () => {
  expect(delays({ limit: 4, delay: exponentialBackoff({ firstMs: 100, factor: 2, maxMs: 500 }) }, 4)).toEqual([
    100, 200, 400, 500,
  ]);
});

test('jitter stays within its share, is spread, and repeats with the seed', () => {
  const delay = exponentialBackoff({ firstMs: 1_000, factor: 1, jitter: 0.3 });
  const draw = () => {
    const seeded = seededRandom(7);
    return Array.from({ length: 200 }, () => retryDelayMs({ limit: 1, delay }, 1, seeded));
  };
  const drawn = draw();
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(700);
  expect(Math.max(...drawn)).toBeLessThanOrEqual(1_300);
  expect(Math.max(...drawn) - Math.min(...drawn)).toBeGreaterThan(400);
  expect(draw()).toEqual(drawn);
});

test('a delay that comes out negative is none', () => {
  expect(retryDelayMs({ limit: 1, delay: () => -5 }, 1, random)).toBe(0);
});

test('the limit counts retries, not attempts, and the condition decides within it', () => {
  expect([1, 2, 3].map((attempt) => shouldRetry({ limit: 2 }, new Error('x'), attempt))).toEqual([true, true, false]);
  expect(shouldRetry(undefined, new Error('x'), 1)).toBe(false);
  expect(shouldRetry({ limit: 9, when: (error) => error instanceof TypeError }, new Error('x'), 1)).toBe(false);
});
