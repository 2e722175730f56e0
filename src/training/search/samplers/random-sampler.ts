import { seededRandom, type SeededRandom } from '../../../core/seeded-random.ts';
import { axisOf } from '../axis.ts';
import { isActive } from '../conditions.ts';
import { finiteSize, gridOf } from '../grid.ts';
import {
  configHash,
  type Dimension,
  type ParameterValue,
  type SearchSpace,
  type TrialParameters,
} from '../search-space.ts';
import type { Sampler } from './sampler.ts';

/** How often a taken point is drawn again before a finite space is searched cell by cell for a free one. */
const REDRAWS = 20;

/** Draws every point independently: uniform over the values, or over their logarithm. Seed and number decide the point. */
export function randomSampler(seed: number): Sampler {
  return {
    name: 'random',
    size: finiteSize,
    suggest: (space, number, past) => {
      const taken = new Set(past.map((trial) => trial.configHash));
      const random = seededRandom('random sampler', seed, number);
      for (let draw = 0; draw <= REDRAWS; draw += 1) {
        const point = drawPoint(space, random);
        if (!taken.has(configHash(point))) return point;
      }
      return firstFreeCell(space, random, taken);
    },
  };
}

function drawPoint(space: SearchSpace, random: SeededRandom): TrialParameters {
  return space.dimensions.reduce<TrialParameters>(
    (point, dimension) =>
      isActive(dimension, point) ? { ...point, [dimension.name]: drawValue(dimension, random) } : point,
    {},
  );
}

function drawValue(dimension: Dimension, random: SeededRandom): ParameterValue {
  if (dimension.kind === 'choice') return dimension.choices[random.integer(dimension.choices.length)]!;
  const { kind, low, high, log, steps } = dimension;
  if (kind === 'int' && log && steps === undefined) {
    // Half a unit on both sides gives the first and last whole number their full share.
    return clamp(low, high, Math.round(logUniform(low - 0.5, high + 0.5, random)));
  }
  const axis = axisOf(dimension);
  if (axis !== undefined) return axis.at(random.integer(axis.count));
  return clamp(low, high, log ? logUniform(low, high, random) : random.uniform(low, high));
}

function logUniform(low: number, high: number, random: SeededRandom): number {
  return Math.exp(random.uniform(Math.log(low), Math.log(high)));
}

function clamp(low: number, high: number, value: number): number {
  return Math.min(high, Math.max(low, value));
}

/** The first free cell from a random one on; a continuous space has no cells and, after so many draws, no free point. */
function firstFreeCell(
  space: SearchSpace,
  random: SeededRandom,
  taken: ReadonlySet<string>,
): TrialParameters | undefined {
  if (finiteSize(space) === undefined) return undefined;
  const { size, cell: cellAt } = gridOf(space);
  const start = random.integer(size);
  for (let offset = 0; offset < size; offset += 1) {
    const cell = cellAt((start + offset) % size);
    if (!taken.has(configHash(cell))) return cell;
  }
  return undefined;
}
