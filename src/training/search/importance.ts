import type { Objective } from '../../registry/studies.ts';
import { axisOf } from './axis.ts';
import { discreteDensity } from './discrete-density.ts';
import type { Dimension, ParameterValue, SearchSpace, TrialParameters } from './search-space.ts';

/** A complete trial, with its value in one metric. */
export type RatedTrial = { readonly parameters: TrialParameters; readonly value: number };

export type ParameterImportance = { readonly parameter: string; readonly importance: number };

/** The share of trials that counts as good, and how many at least. */
const GOOD_SHARE = 0.1;
const LEAST_GOOD = 2;
/** A range is looked at in so many steps. */
const STEPS = 50;

/**
 * How much each parameter that counted in all trials decided whether a trial was among the best tenth: the Pearson divergence
 * of its values there from its values everywhere, as shares of one, the most important first (PED-ANOVA: S. Watanabe et al.,
 * 2023, arXiv 2304.10255, with the settings of Optuna's evaluator of that name).
 * @param trials At least two.
 */
export function parameterImportances(
  space: SearchSpace,
  trials: readonly RatedTrial[],
  direction: Objective['direction'],
): readonly ParameterImportance[] {
  const varied = variedDimensions(space, trials);
  const good = goodTrials(trials, direction);
  const divergences = varied.map((dimension) => divergence(dimension, good, trials));
  const sum = divergences.reduce((total, each) => total + each, 0);
  const isOpen = trials.length <= LEAST_GOOD || sum === 0;
  return varied
    .map(({ name }, index) => ({
      parameter: name,
      importance: isOpen ? 1 / varied.length : divergences[index]! / sum,
    }))
    .sort((left, right) => right.importance - left.importance);
}

/** What can have more than one value and counted in all trials. */
function variedDimensions({ dimensions }: SearchSpace, trials: readonly RatedTrial[]): readonly Dimension[] {
  return dimensions.filter(
    (dimension) => axisOf(dimension)?.count !== 1 && trials.every(({ parameters }) => dimension.name in parameters),
  );
}

/** The best tenth, at least two, and all that are as good as the last of them. */
function goodTrials(trials: readonly RatedTrial[], direction: Objective['direction']): readonly RatedTrial[] {
  const loss = ({ value }: RatedTrial): number => (direction === 'maximize' ? -value : value);
  const losses = trials.map(loss).sort((left, right) => left - right);
  const count = Math.min(losses.length, Math.max(LEAST_GOOD, Math.ceil(GOOD_SHARE * losses.length)));
  return trials.filter((trial) => loss(trial) <= losses[count - 1]!);
}

function divergence(dimension: Dimension, good: readonly RatedTrial[], all: readonly RatedTrial[]): number {
  const [inGood, inAll] = [good, all].map((trials) => densityOf(dimension, trials));
  return inAll!.reduce((sum, density, place) => sum + density * (inGood![place]! / density - 1) ** 2, 0);
}

/** How often the trials had which value, as a smooth density that is nowhere zero. */
function densityOf(dimension: Dimension, trials: readonly RatedTrial[]): readonly number[] {
  const { places, placeOf } = binsOf(dimension);
  const counts = Array<number>(places).fill(0);
  for (const { parameters } of trials) counts[placeOf(parameters[dimension.name]!)]! += 1;
  return discreteDensity(counts, { ordered: dimension.kind !== 'choice' }).map((density) => density + 1e-12);
}

function binsOf(dimension: Dimension): {
  readonly places: number;
  readonly placeOf: (value: ParameterValue) => number;
} {
  if (dimension.kind === 'choice') {
    const { choices } = dimension;
    return { places: choices.length, placeOf: (value) => choices.indexOf(value) };
  }
  const toLine = (value: number): number => (dimension.log ? Math.log(value) : value);
  const places = placesOf(dimension);
  const low = toLine(dimension.low);
  const width = (toLine(dimension.high) - low) / (places - 1);
  return {
    places,
    placeOf: (value) =>
      Math.min(places - 1, Math.max(0, Math.ceil((toLine(Number(value)) - low) / width - 0.5 - 1e-9))),
  };
}

function placesOf(dimension: Exclude<Dimension, { kind: 'choice' }>): number {
  const { kind, low, high, log, steps } = dimension;
  const isWide = kind === 'int' && log && steps === undefined;
  const places = isWide ? Math.ceil(Math.log2(high - low + 1)) + 1 : axisOf(dimension)?.count;
  return Math.min(STEPS, places ?? STEPS);
}
