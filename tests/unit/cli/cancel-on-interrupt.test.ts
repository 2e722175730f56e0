import { expect, test } from '@jest/globals';
import { cancelOnInterrupt } from '../../../src/cli/cancel-on-interrupt.ts';
import type { InterruptSignal, Interruptions } from '../../../src/cli/command-context.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { CancelledError } from '../../../src/core/errors.ts';

function setUp() {
  let listener: ((signal: InterruptSignal) => void) | undefined;
  let ms = 0;
  const killed: InterruptSignal[] = [];
  const told: InterruptSignal[] = [];
  const interruptions: Interruptions = {
    listen: (onSignal) => {
      listener = onSignal;
      return () => (listener = undefined);
    },
    kill: (signal) => void killed.push(signal),
  };
  const watch = cancelOnInterrupt(
    interruptions,
    { ...systemClock, monotonicMs: () => ms },
    (signal) => void told.push(signal),
  );
  const press = (signal: InterruptSignal, at: number): void => {
    ms = at;
    listener?.(signal);
  };
  return { watch, press, killed, told };
}

test('the first Ctrl-C cancels and tells, the second ends the process', () => {
  const { watch, press, killed, told } = setUp();
  press('SIGINT', 0);
  expect(watch.signal.reason).toBeInstanceOf(CancelledError);
  expect(watch.interruptedBy()).toBe('SIGINT');
  expect([told, killed]).toEqual([['SIGINT'], []]);
  press('SIGINT', 2_000);
  expect([told, killed]).toEqual([['SIGINT'], ['SIGINT']]);
});

test('a Ctrl-C that npx passes on as well is still one', () => {
  const { press, killed } = setUp();
  press('SIGINT', 0);
  press('SIGINT', 3);
  expect(killed).toEqual([]);
});

test('SIGTERM cancels too, and after stop signals are left alone', () => {
  const { watch, press } = setUp();
  press('SIGTERM', 0);
  expect(watch.interruptedBy()).toBe('SIGTERM');
  const other = setUp();
  other.watch.stop();
  other.press('SIGINT', 0);
  expect(other.watch.signal.aborted).toBe(false);
});
