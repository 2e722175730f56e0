import { expect, test } from '@jest/globals';
import { exitCodeOf } from '../../../bin/exit-code.ts';
import {
  ConflictError,
  CrashedError,
  DataError,
  EnvironmentError,
  NotFoundError,
  ParameterError,
  toRunError,
  UsageError,
} from '../../../src/core/errors.ts';
import type { RunState } from '../../../src/core/run-state.ts';

const ended = (state: RunState): number => exitCodeOf({ kind: 'flow-run', state });
const failedBy = (error: Error): number => ended({ kind: 'Failed', at: 0, error: toRunError(error) });

test('what did what was asked is 0', () => {
  expect(exitCodeOf({ kind: 'done' })).toBe(0);
  expect(ended({ kind: 'Completed', at: 0 })).toBe(0);
  expect(ended({ kind: 'Cached', at: 0, cacheKey: 'k' })).toBe(0);
  expect(ended({ kind: 'Skipped', at: 0, reason: 'nothing new' })).toBe(0);
});

test('a run that failed or took too long is 1, and so is a request that the state contradicts', () => {
  expect(failedBy(new DataError('broken'))).toBe(1);
  expect(failedBy(new TypeError('a bug'))).toBe(1);
  expect(ended({ kind: 'TimedOut', at: 0, timeoutMs: 5 })).toBe(1);
  expect(exitCodeOf({ kind: 'error', error: new ConflictError('ended already') })).toBe(1);
  expect(exitCodeOf({ kind: 'error', error: new TypeError('a bug') })).toBe(1);
});

test('wrong usage and parameters are 2, before a run and in it', () => {
  expect(exitCodeOf({ kind: 'usage' })).toBe(2);
  for (const error of [new UsageError(''), new ParameterError(''), new NotFoundError('')]) {
    expect(exitCodeOf({ kind: 'error', error })).toBe(2);
    expect(failedBy(error)).toBe(2);
  }
});

test('a crash is 3', () => {
  expect(ended({ kind: 'Crashed', at: 0, reason: 'gone' })).toBe(3);
  expect(failedBy(new CrashedError('child killed'))).toBe(3);
});

test('the environment is 4: a registry that cannot be read, a full disk, whoever noticed it', () => {
  expect(exitCodeOf({ kind: 'unhealthy' })).toBe(4);
  expect(exitCodeOf({ kind: 'error', error: new EnvironmentError('newer') })).toBe(4);
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  expect(exitCodeOf({ kind: 'error', error: full })).toBe(4);
  expect(failedBy(full)).toBe(4);
});

test('a cancelled run ends with the number of the signal that cancelled it', () => {
  const state: RunState = { kind: 'Cancelled', at: 0, reason: 'Ctrl-C' };
  expect(exitCodeOf({ kind: 'flow-run', state, interruptedBy: 'SIGINT' })).toBe(130);
  expect(exitCodeOf({ kind: 'flow-run', state, interruptedBy: 'SIGTERM' })).toBe(143);
  expect(exitCodeOf({ kind: 'flow-run', state })).toBe(1);
});

test('a run that completed although it was being cancelled has completed', () => {
  expect(exitCodeOf({ kind: 'flow-run', state: { kind: 'Completed', at: 0 }, interruptedBy: 'SIGINT' })).toBe(0);
});
