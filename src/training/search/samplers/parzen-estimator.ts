import type { SeededRandom } from '../../../core/seeded-random.ts';
import type { Coordinate, Line } from './coordinate.ts';
import { drawTruncated, logDensity, logMass, truncatedNormal } from './truncated-normal.ts';

/** A place on each coordinate; of choices, the index of one. */
export type Place = readonly number[];

/** How probable each place is, as a mixture of one kernel around each place that was tried, and a wide one over all. */
export interface ParzenEstimator {
  draw(random: SeededRandom): Place;
  logProbability(place: Place): number;
}

/**
 * The multivariate estimator of Optuna's TPE: kernels of the same width in all of them, narrower the more there are
 * (`0.2 · n^(-1 / (d + 4))` of the range), never narrower than the range by the number of kernels or a hundred.
 * @param tried Oldest first: past 25 the older ones weigh less.
 */
export function parzenEstimator(coordinates: readonly Coordinate[], tried: readonly Place[]): ParzenEstimator {
  const weights = mixtureWeights(tried.length);
  const logWeights = weights.map(Math.log);
  const kernels = coordinates.map((coordinate, at) => {
    const own = tried.map((place) => place[at]!);
    return coordinate.kind === 'choice'
      ? choiceKernels(coordinate.choices.length, own)
      : lineKernels(coordinate, own, coordinates.length);
  });
  return {
    draw: (random) => {
      const kernel = drawIndex(weights, random);
      return kernels.map((each) => each.draw(kernel, random));
    },
    logProbability: (place) => {
      const own = kernels.map((each, at) => each.logProbabilities(place[at]!));
      return logSum(logWeights.map((weight, kernel) => own.reduce((sum, logs) => sum + logs[kernel]!, weight)));
    },
  };
}

/** The kernels of one coordinate; the last is the wide one. */
type Kernels = {
  draw(kernel: number, random: SeededRandom): number;
  /** Of one place, under each kernel. */
  logProbabilities(place: number): readonly number[];
};

const WIDTH = 0.2;
const MOST_KERNELS = 100;

function lineKernels(line: Line, tried: readonly number[], dimensions: number): Kernels {
  const { low, high, cellAt } = line;
  const range = high - low;
  const width = WIDTH * range * Math.max(tried.length, 1) ** (-1 / (dimensions + 4));
  const least = range / Math.min(MOST_KERNELS, 2 + tried.length);
  const deviation = Math.min(Math.max(width, least), range);
  const normals = [
    ...tried.map((mean) => truncatedNormal({ mean, deviation, low, high })),
    truncatedNormal({ mean: (low + high) / 2, deviation: range, low, high }),
  ];
  // Many places fall into few cells.
  const ofCells = new Map<number, readonly number[]>();
  return {
    draw: (kernel, random) => drawTruncated(normals[kernel]!, random),
    logProbabilities: (place) => {
      const [from, to] = cellAt(place);
      if (from === to) return normals.map((normal) => logDensity(place, normal));
      const logs = ofCells.get(from) ?? normals.map((normal) => logMass(from, to, normal));
      ofCells.set(from, logs);
      return logs;
    },
  };
}

/** A choice that was tried has its own weight, and each a share of one that goes round all kernels. */
function choiceKernels(choices: number, tried: readonly number[]): Kernels {
  const share = 1 / (tried.length + 1);
  const probabilities = [...tried, undefined].map((own) => {
    const weights = Array.from({ length: choices }, (_, choice) => share + (choice === own ? 1 : 0));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  });
  return {
    draw: (kernel, random) => drawIndex(probabilities[kernel]!, random),
    logProbabilities: (place) => probabilities.map((ofKernel) => Math.log(ofKernel[place]!)),
  };
}

const FULL_WEIGHTS = 25;

/** The newest 25 weigh one each, the older ones less the older they are; and the wide kernel one. They sum to one. */
function mixtureWeights(count: number): number[] {
  const ramp = Math.max(count - FULL_WEIGHTS, 0);
  const weights = Array.from({ length: count }, (_, at) =>
    at < ramp ? (ramp === 1 ? 1 / count : 1 / count + (at / (ramp - 1)) * (1 - 1 / count)) : 1,
  );
  const all = [...weights, 1];
  const sum = all.reduce((total, weight) => total + weight, 0);
  return all.map((weight) => weight / sum);
}

function drawIndex(weights: readonly number[], random: SeededRandom): number {
  let rest = random.next();
  for (const [index, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return index;
  }
  return weights.length - 1;
}

function logSum(logs: readonly number[]): number {
  const greatest = Math.max(...logs);
  return greatest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - greatest), 0));
}
