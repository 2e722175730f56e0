import type { Objective } from '../../registry/studies.ts';

/** A value for each metric of a study. */
export type Values = readonly number[];
type Directions = readonly Objective['direction'][];

/**
 * The front that each point belongs to, from 0: the points that no other is better than in all metrics, then those that only
 * points of the first front are, and so on (non-dominated sorting; K. Deb et al., NSGA-II, 2002).
 */
export function paretoFronts(points: readonly Values[], directions: Directions): readonly number[] {
  const fronts = points.map(() => -1);
  for (let front = 0, left = points.length; left > 0; front += 1) {
    const open = fronts.flatMap((own, index) => (own === -1 ? [index] : []));
    const best = open.filter((one) => !open.some((other) => dominates(points[other]!, points[one]!, directions)));
    for (const index of best) fronts[index] = front;
    left -= best.length;
  }
  return fronts;
}

/**
 * How much room each point of one front has to itself, the sum over the metrics of the distance between its neighbours as a
 * share of the whole; the ends have infinitely much (crowding distance; K. Deb et al., NSGA-II, 2002).
 */
export function crowdingDistances(points: readonly Values[]): readonly number[] {
  const distances = points.map(() => 0);
  for (const metric of (points[0] ?? []).keys()) {
    const order = [...points.keys()].sort((left, right) => points[left]![metric]! - points[right]![metric]!);
    const at = (place: number): number => points[order[place]!]![metric]!;
    const range = at(order.length - 1) - at(0);
    for (const [place, index] of order.entries()) {
      const isEnd = place === 0 || place === order.length - 1;
      if (isEnd) distances[index] = Infinity;
      else if (range > 0) distances[index]! += (at(place + 1) - at(place - 1)) / range;
    }
  }
  return distances;
}

/** Whether a point is at least as good as another in all metrics, and better in one. */
function dominates(left: Values, right: Values, directions: Directions): boolean {
  const gains = directions.map((direction, metric) => gain(left[metric]!, right[metric]!, direction));
  return gains.every((each) => each >= 0) && gains.some((each) => each > 0);
}

function gain(left: number, right: number, direction: Objective['direction']): number {
  return direction === 'maximize' ? left - right : right - left;
}
