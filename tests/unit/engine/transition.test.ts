import { expect, test } from '@jest/globals';
import { RUN_STATE_KINDS, TERMINAL_KINDS } from '../../../src/core/run-state.ts';
import { assertTransition, kindsBefore, mayBeginAttempt, mayFollow } from '../../../src/engine/transition.ts';

test('nothing follows a terminal state within an attempt', () => {
  const left = TERMINAL_KINDS.flatMap((from) => RUN_STATE_KINDS.filter((to) => mayFollow(from, to)));
  expect(left).toEqual([]);
});

test('every open state can end by a crash or a cancellation', () => {
  const open = RUN_STATE_KINDS.filter((kind) => !(TERMINAL_KINDS as readonly string[]).includes(kind));
  expect(kindsBefore('Crashed')).toEqual(open);
  expect(kindsBefore('Cancelled')).toEqual(open);
});

test('a run that is being cancelled cannot complete any more', () => {
  expect(() => assertTransition('Flow run x', 'Cancelling', 'Completed')).toThrow(
    'Flow run x is Cancelling and cannot become Completed; it may become Cancelled, Crashed.',
  );
});

test('only what runs can complete or time out', () => {
  expect(kindsBefore('Completed')).toEqual(['Running']);
  expect(kindsBefore('TimedOut')).toEqual(['Running', 'Paused']);
});

test('a new attempt follows a failed one, and a successful one only on request', () => {
  expect(mayBeginAttempt('Failed', 'Scheduled', false)).toBe(true);
  expect(mayBeginAttempt('Crashed', 'Pending', false)).toBe(true);
  expect(mayBeginAttempt('Completed', 'Pending', false)).toBe(false);
  expect(mayBeginAttempt('Completed', 'Pending', true)).toBe(true);
  expect(mayBeginAttempt('Running', 'Pending', true)).toBe(false);
  expect(mayBeginAttempt('Failed', 'Running', false)).toBe(false);
});
