import { expect } from '@jest/globals';
import type { FlowRunId } from '../../../src/core/ids.ts';
import { isTerminal, type RunStateKind } from '../../../src/core/run-state.ts';
import { mayBeginAttempt, mayFollow } from '../../../src/engine/transition.ts';
import { getFlowRun } from '../../../src/registry/flow-runs.ts';
import { listStateHistory } from '../../../src/registry/state-history.ts';
import { listTaskRuns } from '../../../src/registry/task-runs.ts';
import { STEPS, type StandingRun } from './standing-run.ts';

/** What must hold, as simply as it can be said. */
export type Model = {
  state: RunStateKind | 'none';
  attempt: number;
  /** Steps that have finished and whose results count. */
  finished: Set<number>;
  /** How often each step was executed to its end by an attempt that was not a ghost. */
  executed: number[];
  ownerIsDead: boolean;
  cancelIsRequested: boolean;
};

export const freshModel = (): Model => ({
  state: 'none',
  attempt: 0,
  finished: new Set(),
  executed: Array.from({ length: STEPS + 1 }, () => 0),
  ownerIsDead: false,
  cancelIsRequested: false,
});

/** Whether the run has begun and not ended. */
export const isOpen = ({ state }: Readonly<Model>): boolean => state !== 'none' && !isTerminal(state);
/** Whether a process runs it, too. */
export const lives = (model: Readonly<Model>): boolean => isOpen(model) && !model.ownerIsDead;

/** Holds the registry, and what was executed, against the model. */
export async function expectAsModelled(model: Model, real: StandingRun): Promise<void> {
  expect(real.executed).toEqual(model.executed);
  if (real.id === undefined) return;
  const row = (await getFlowRun(real.db, real.id))!;
  const tasks = await listTaskRuns(real.db, row.id);
  const finished = tasks.filter(({ state, discardedAt }) => state.kind === 'Completed' && discardedAt === null);
  expect({ state: row.state.kind, attempt: row.attempt, finished: finished.length }).toEqual({
    state: model.state,
    attempt: model.attempt,
    finished: model.finished.size,
  });
  expect(row.endedAt !== null).toBe(!isOpen(model));
  expect(row.result).toBe(model.state === 'Completed' ? 'all done' : null);
  if (!isOpen(model)) expect(tasks.filter(({ state }) => !isTerminal(state.kind))).toEqual([]);
  for (const { id } of [row, ...tasks]) await expectLawfulHistory(real, id);
}

/** Whatever happened, the history of a run is one that the transition table allows. */
async function expectLawfulHistory(real: StandingRun, id: FlowRunId | string): Promise<void> {
  const history = await listStateHistory(real.db, id as FlowRunId);
  for (const [at, { attempt, state }] of history.entries()) {
    const before = history[at - 1];
    if (before === undefined) expect(['Pending', 'Scheduled']).toContain(state.kind);
    else if (before.attempt === attempt)
      expect([before.state.kind, mayFollow(before.state.kind, state.kind), state.kind]).toContain(true);
    else expect(mayBeginAttempt(before.state.kind, state.kind, true)).toBe(true);
  }
}
