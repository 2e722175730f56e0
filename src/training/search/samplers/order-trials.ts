import type { Objective } from '../../../registry/studies.ts';
import { crowdingDistances, paretoFronts } from '../pareto.ts';
import type { PastTrial } from './sampler.ts';

type Directions = readonly Objective['direction'][];

/**
 * Ended trials, the best first: complete ones by value, of several metrics by the front they belong to and, within one, the
 * lonelier first; then pruned ones, those that came further and then those with the better value first; at last those without
 * any value. What is equal stays in the order of its numbers.
 */
export function orderTrials(trials: readonly PastTrial[], directions: Directions): readonly PastTrial[] {
  const byNumber = trials.toSorted((left, right) => left.number - right.number);
  const complete = byNumber.filter(({ state, values }) => state === 'complete' && values !== undefined);
  const others = byNumber.filter((trial) => !complete.includes(trial));
  return [
    ...(directions.length === 1 ? orderByValue(complete, directions[0]!) : orderByFront(complete, directions)),
    ...orderPruned(others, directions[0]!),
  ];
}

function orderByValue(trials: readonly PastTrial[], direction: Directions[number]): readonly PastTrial[] {
  return trials.toSorted((left, right) => loss(left, direction) - loss(right, direction));
}

function orderByFront(trials: readonly PastTrial[], directions: Directions): readonly PastTrial[] {
  const fronts = paretoFronts(
    trials.map(({ values }) => values!),
    directions,
  );
  return [...new Set(fronts)]
    .sort((left, right) => left - right)
    .flatMap((front) => {
      const members = trials.filter((_, index) => fronts[index] === front);
      const rooms = crowdingDistances(members.map(({ values }) => values!));
      const room = new Map(members.map((member, index) => [member, rooms[index]!]));
      return members.toSorted((left, right) => compare(room.get(right)!, room.get(left)!));
    });
}

function orderPruned(trials: readonly PastTrial[], direction: Directions[number]): readonly PastTrial[] {
  return trials.toSorted(
    (left, right) =>
      compare(right.lastStep ?? -Infinity, left.lastStep ?? -Infinity) ||
      compare(loss(left, direction), loss(right, direction)),
  );
}

function loss({ values }: PastTrial, direction: Directions[number]): number {
  const [value] = values ?? [];
  if (value === undefined) return Infinity;
  return direction === 'maximize' ? -value : value;
}

/** Infinities are equal to themselves. */
function compare(left: number, right: number): number {
  return left === right ? 0 : left - right;
}
