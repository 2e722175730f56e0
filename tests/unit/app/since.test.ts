import { expect, test } from '@jest/globals';
import { sinceTime } from '../../../src/app/since.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

test('a duration counts back from now', () => {
  expect(sinceTime('2h', now)).toBe(now - 7_200_000);
  expect(sinceTime('7d', now)).toBe(now - 7 * 86_400_000);
});

test('a date is that date', () => {
  expect(sinceTime('2026-11-20', now)).toBe(Date.parse('2026-11-20T00:00:00Z'));
  expect(sinceTime('2026-11-20T10:00:00Z', now)).toBe(Date.parse('2026-11-20T10:00:00Z'));
});

test('anything else is refused with examples', () => {
  for (const text of ['yesterday', '2x', '', '-']) expect(() => sinceTime(text, now)).toThrow(/30m, 2h, 7d/);
});
