import { expect, test } from '@jest/globals';
import { AbortScope } from '../../../src/engine/abort-scope.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const forever = (): Promise<never> => new Promise(() => undefined);

test('what stops a scope stops those below it, also those that come later', () => {
  const root = new AbortScope();
  const early = new AbortScope(root);
  const signal = early.signal;
  const reason = new Error('stop');
  root.abort(reason);
  root.abort(new Error('again'));
  expect([signal.aborted, signal.reason]).toEqual([true, reason]);
  const late = new AbortScope(early);
  expect(late.reason).toBe(reason);
  expect(() => late.throwIfAborted()).toThrow('stop');
});

test('a scope that is stopped leaves those above and beside it alone', () => {
  const root = new AbortScope();
  const [one, other] = [new AbortScope(root), new AbortScope(root)];
  one.abandon(new Error('stop'));
  expect([root.aborted, other.aborted]).toEqual([false, false]);
});

test('work that does not end in the time of grace is left behind, and its late error is nobody’s', async () => {
  const clock = new ManualClock();
  const scope = new AbortScope();
  const waiting = expect(scope.settle(forever())).rejects.toThrow('time is up');
  const stopped = scope.stop(new Error('time is up'), 100, clock);
  clock.advance(100);
  await stopped;
  await waiting;
});

test('work that ends in time is not left behind', async () => {
  const clock = new ManualClock();
  const scope = new AbortScope();
  const stopped = scope.stop(new Error('stop'), 100, clock);
  expect(await scope.settle(Promise.resolve('ended'))).toBe('ended');
  scope.close();
  await stopped;
});

test('closing a scope aborts no signal, and what it left running hangs under the scope above', () => {
  const root = new AbortScope();
  const middle = new AbortScope(root);
  const below = new AbortScope(middle);
  const { signal } = middle;
  middle.close();
  expect(signal.aborted).toBe(false);
  const later = new AbortScope(middle);
  root.abort(new Error('stop'));
  expect([below.aborted, later.aborted, signal.aborted]).toEqual([true, true, false]);
});
