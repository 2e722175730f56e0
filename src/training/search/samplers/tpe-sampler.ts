import { seededRandom, type SeededRandom } from '../../../core/seeded-random.ts';
import type { Objective } from '../../../registry/studies.ts';
import { isActive } from '../conditions.ts';
import { finiteSize } from '../grid.ts';
import { configHash, type Dimension, type TrialParameters } from '../search-space.ts';
import { conditionGroups } from './condition-groups.ts';
import { coordinateOf, type Coordinate } from './coordinate.ts';
import { orderTrials } from './order-trials.ts';
import { parzenEstimator, type ParzenEstimator, type Place } from './parzen-estimator.ts';
import { randomSampler } from './random-sampler.ts';
import type { PastTrial, Sampler } from './sampler.ts';

export type TpeOptions = {
  readonly seed: number;
  /** One for each metric of the study. */
  readonly directions: readonly Objective['direction'][];
};

/** Trials that are drawn at random before anything can be learnt of them. */
const STARTUP_TRIALS = 10;
/** Of so many points that the good ones suggest, the one is taken that the others suggest least. */
const CANDIDATES = 24;

/**
 * The tree-structured Parzen estimator (J. Bergstra et al., 2011), with the defaults of Optuna 5: after ten random trials,
 * points are drawn where good trials are dense and the others are not. Trials that run count among the others, so that
 * workers do not all try the same place; which points there are then depends on which trial ends first. Of several metrics
 * the good trials are those of the first fronts (`orderTrials`).
 */
export function tpeSampler({ seed, directions }: TpeOptions): Sampler {
  const startup = randomSampler(seed);
  return {
    name: 'tpe',
    size: finiteSize,
    suggest: (space, number, past) => {
      const finished = past.filter(isFinished);
      if (finished.length < STARTUP_TRIALS) return startup.suggest(space, number, past);
      const taken = new Set(past.map((trial) => trial.configHash));
      const random = seededRandom('tpe sampler', seed, number);
      const point = walkGroups(conditionGroups(space), { ...split(past, directions), taken, random });
      // Where all that is likely is taken, a finite space still has its rest.
      return point ?? startup.suggest(space, number, past);
    },
  };
}

type Experience = {
  readonly good: readonly PastTrial[];
  readonly others: readonly PastTrial[];
  readonly taken: ReadonlySet<string>;
  readonly random: SeededRandom;
};

/**
 * Down the tree of conditions: what counts together is drawn together, from the trials in which it counted. What is drawn
 * last must give a point that is free.
 */
function walkGroups(
  groups: readonly (readonly Dimension[])[],
  { good, others, taken, random }: Experience,
): TrialParameters | undefined {
  let point: TrialParameters | undefined = {};
  for (const [at, group] of groups.entries()) {
    if (!isActive(group[0]!, point)) continue;
    const coordinates = group.map(coordinateOf);
    const likely = parzenEstimator(coordinates, placesOf(coordinates, good));
    const unlikely = parzenEstimator(coordinates, placesOf(coordinates, others));
    const candidates: TrialParameters[] = Array.from({ length: CANDIDATES }, () => ({
      ...point,
      ...pointAt(coordinates, likely.draw(random)),
    }));
    const later = groups.slice(at + 1);
    const free = candidates.filter(
      (candidate) => later.some(([first]) => isActive(first!, candidate)) || !taken.has(configHash(candidate)),
    );
    point = bestOf(free, coordinates, likely, unlikely);
    if (point === undefined) return undefined;
  }
  return point;
}

function isFinished({ state }: PastTrial): boolean {
  return state === 'complete' || state === 'pruned';
}

/** The best tenth of the finished trials, at most 25, and the rest with those that run; each in the order of their numbers. */
function split(past: readonly PastTrial[], directions: TpeOptions['directions']): Pick<Experience, 'good' | 'others'> {
  const finished = orderTrials(past.filter(isFinished), directions);
  const good = new Set(finished.slice(0, Math.min(Math.ceil(0.1 * finished.length), 25)));
  const counted = past.filter(({ state }) => state !== 'failed').toSorted((left, right) => left.number - right.number);
  return { good: counted.filter((trial) => good.has(trial)), others: counted.filter((trial) => !good.has(trial)) };
}

/** Of the trials in which the coordinates counted. */
function placesOf(coordinates: readonly Coordinate[], trials: readonly PastTrial[]): Place[] {
  const counted = trials.filter(({ parameters }) => coordinates.every(({ name }) => name in parameters));
  return counted.map(({ parameters }) => placeOf(coordinates, parameters));
}

function placeOf(coordinates: readonly Coordinate[], parameters: TrialParameters): Place {
  return coordinates.map((coordinate) => {
    const value = parameters[coordinate.name]!;
    return coordinate.kind === 'choice' ? coordinate.choices.indexOf(value) : coordinate.placeOf(value);
  });
}

function pointAt(coordinates: readonly Coordinate[], place: Place): TrialParameters {
  return Object.fromEntries(
    coordinates.map((coordinate, at) => [
      coordinate.name,
      coordinate.kind === 'choice' ? coordinate.choices[place[at]!]! : coordinate.valueAt(place[at]!),
    ]),
  );
}

function bestOf(
  points: readonly TrialParameters[],
  coordinates: readonly Coordinate[],
  likely: ParzenEstimator,
  unlikely: ParzenEstimator,
): TrialParameters | undefined {
  let best: { readonly point: TrialParameters; readonly score: number } | undefined;
  for (const point of points) {
    const place = placeOf(coordinates, point);
    const score = likely.logProbability(place) - unlikely.logProbability(place);
    if (best === undefined || score > best.score) best = { point, score };
  }
  return best?.point;
}
