import { expect, test } from '@jest/globals';
import { bytesText, progressBar, progressText } from '../../../../src/cli/live/progress-text.ts';

test('bytes are told as disks and networks count them', () => {
  const first = { done: 0, at: 0 };
  const last = { done: 5_200_000, total: 10_400_000, unit: 'bytes' };
  expect(progressText({ first, last, at: 2_000 })).toBe('50 % 5.2 MB of 10 MB · 2.6 MB/s · 2s left');
  expect([0, 999, 1_000, 1_500_000, 3e15].map(bytesText)).toEqual(['0 B', '999 B', '1.0 kB', '1.5 MB', '3000 TB']);
});

test('without a total there is a count and a rate but neither bar nor time left', () => {
  const progress = { first: { done: 0, at: 0 }, last: { done: 300, unit: 'files' }, at: 1_000 };
  expect(progressText(progress)).toBe('300 files · 300 files/s');
  expect(progressBar(progress, 10)).toBe('');
});

test('one report alone has no rate', () => {
  expect(progressText({ first: { done: 5, at: 7 }, last: { done: 5, total: 10, unit: 'epochs' }, at: 7 })).toBe(
    '50 % 5/10 epochs',
  );
});

test('more than the total is still all of it', () => {
  const progress = { first: { done: 0, at: 0 }, last: { done: 12, total: 10, unit: 'x' }, at: 0 };
  expect(progressBar(progress, 4)).toBe('━━━━');
  expect(progressText(progress)).toBe('100 % 12/10 x');
});
