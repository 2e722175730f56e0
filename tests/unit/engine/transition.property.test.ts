import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSuccessful, isTerminal, RUN_STATE_KINDS, type RunStateKind } from '../../../src/core/run-state.ts';
import { assertTransition, kindsBefore, mayBeginAttempt, mayFollow } from '../../../src/engine/transition.ts';

const kind = fc.constantFrom(...RUN_STATE_KINDS);
const nextOf = (from: RunStateKind): RunStateKind[] => RUN_STATE_KINDS.filter((to) => mayFollow(from, to));

/** A walk through the table from a first state, each step chosen among those allowed, until nothing may follow. */
const walk = fc
  .tuple(fc.constantFrom<RunStateKind>('Scheduled', 'Pending'), fc.array(fc.nat(), { maxLength: 40 }))
  .map(([first, choices]) =>
    choices.reduce<RunStateKind[]>(
      (path, choice) => {
        const next = nextOf(path.at(-1)!);
        return next.length === 0 ? path : [...path, next[choice % next.length]!];
      },
      [first],
    ),
  );

test('a walk through the table meets at most one terminal state, and that is its last', () => {
  fc.assert(
    fc.property(walk, (path) => {
      const ends = path.filter((state) => isTerminal(state));
      expect(ends.length).toBeLessThanOrEqual(1);
      if (ends.length === 1) expect(isTerminal(path.at(-1)!)).toBe(true);
    }),
  );
});

test('from every open state every end that there is for a crash, a cancellation and a failure can be reached', () => {
  fc.assert(
    fc.property(kind, (from) => {
      fc.pre(!isTerminal(from));
      const reached = new Set<RunStateKind>([from]);
      for (const state of reached) for (const next of nextOf(state)) reached.add(next);
      expect([...reached]).toEqual(expect.arrayContaining(['Crashed', 'Cancelled']));
      if (from !== 'Cancelling') expect(reached).toContain('Failed');
    }),
  );
});

test('a walk that is being cancelled never completes, and one that was never Running never does but from the cache or by being skipped', () => {
  fc.assert(
    fc.property(walk, (path) => {
      const last = path.at(-1)!;
      if (path.includes('Cancelling')) expect(isSuccessful(last)).toBe(false);
      if (last === 'Completed' || last === 'TimedOut') expect(path).toContain('Running');
      if (last === 'Cached') expect(path).not.toContain('Running');
    }),
  );
});

test('the gate, the table and its reverse say the same of every pair', () => {
  fc.assert(
    fc.property(kind, kind, (from, to) => {
      const allowed = mayFollow(from, to);
      expect(kindsBefore(to).includes(from)).toBe(allowed);
      const pass = (): void => assertTransition('Run x', from, to);
      if (allowed) expect(pass).not.toThrow();
      else expect(pass).toThrow(`Run x is ${from} and cannot become ${to}`);
    }),
  );
});

test('a new attempt begins only where one has ended, and never in the middle', () => {
  fc.assert(
    fc.property(kind, kind, fc.boolean(), (from, to, repeatSuccess) => {
      if (!mayBeginAttempt(from, to, repeatSuccess)) return;
      expect(isTerminal(from)).toBe(true);
      expect(['Scheduled', 'Pending']).toContain(to);
      expect(isSuccessful(from) && !repeatSuccess).toBe(false);
    }),
  );
});
