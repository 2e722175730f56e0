import { expect, test } from '@jest/globals';
import { retryAfterMs } from '../../../src/core/retry-after.ts';

const now = Date.parse('2026-03-01T12:00:00Z');

test.each([
  ['3', 3_000],
  ['0.25', 250],
  ['-4', 0],
  ['Sun, 01 Mar 2026 12:00:07 GMT', 7_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
])('Retry-After: %s means %s ms', (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected);
});
