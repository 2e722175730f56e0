import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../../src/core/seeded-random.ts';
import { exponentialBackoff, retryDelayMs, shouldRetry } from '../../../src/engine/retry-policy.ts';

const ms = fc.integer({ min: 0, max: 3_600_000 });
const retry = fc.integer({ min: 1, max: 200 });
const backoff = fc.record(
  {
    firstMs: fc.integer({ min: 1, max: 60_000 }),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    maxMs: fc.integer({ min: 1, max: 3_600_000 }),
  },
  { requiredKeys: ['firstMs', 'factor', 'maxMs'] },
);

test('every delay is a whole number of milliseconds, never negative, whatever the policy computes', () => {
  const delay = fc.oneof(
    ms,
    fc.array(ms),
    fc.double().map((value) => () => value),
    backoff.map(exponentialBackoff),
  );
  fc.assert(
    fc.property(delay, retry, fc.string(), (policy, number, seed) => {
      const waited = retryDelayMs({ limit: 1, delay: policy }, number, seededRandom(seed));
      expect(Number.isInteger(waited)).toBe(true);
      expect(waited).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 1_000 },
  );
});

test('a list is followed in its order and then its last repeats', () => {
  fc.assert(
    fc.property(fc.array(ms, { minLength: 1 }), retry, (delay, number) => {
      expect(retryDelayMs({ limit: 1, delay }, number, seededRandom(1))).toBe(delay[number - 1] ?? delay.at(-1));
    }),
  );
});

test('backoff stays under its maximum and within the share of its jitter around first · factor^(retry − 1)', () => {
  fc.assert(
    fc.property(backoff, retry, fc.string(), (options, number, seed) => {
      const { firstMs, factor, maxMs, jitter = 0 } = options;
      const waited = retryDelayMs({ limit: 1, delay: exponentialBackoff(options) }, number, seededRandom(seed));
      const base = Math.min(maxMs, firstMs * factor ** (number - 1));
      expect(waited).toBeLessThanOrEqual(maxMs);
      expect(waited).toBeGreaterThanOrEqual(Math.floor(base * (1 - jitter)));
      expect(waited).toBeLessThanOrEqual(Math.ceil(base * (1 + jitter)));
    }),
  );
});

test('backoff without jitter never waits shorter than before', () => {
  fc.assert(
    fc.property(backoff, retry, (options, number) => {
      const delay = exponentialBackoff({ ...options, jitter: 0 });
      const after = (count: number): number => retryDelayMs({ limit: 1, delay }, count, seededRandom(1));
      expect(after(number + 1)).toBeGreaterThanOrEqual(after(number));
    }),
  );
});

test('the same seed waits the same', () => {
  fc.assert(
    fc.property(backoff, fc.array(retry), fc.string(), (options, numbers, seed) => {
      const draw = (): number[] => {
        const random = seededRandom(seed);
        return numbers.map((number) => retryDelayMs({ limit: 1, delay: exponentialBackoff(options) }, number, random));
      };
      expect(draw()).toEqual(draw());
    }),
  );
});

test('there are never more retries than the limit, and none that the condition refuses', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.integer({ min: 1, max: 60 }), fc.boolean(), (limit, attempt, worth) => {
      expect(shouldRetry({ limit, when: () => worth }, new Error('x'), attempt)).toBe(worth && attempt <= limit);
    }),
  );
});
