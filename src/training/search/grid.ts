import { ParameterError } from '../../core/errors.ts';
import { axisOf, indexOn, type Axis } from './axis.ts';
import { isActive } from './conditions.ts';
import type { Dimension, ParameterValue, SearchSpace, TrialParameters } from './search-space.ts';

/** The points of a space that has finitely many, each once. */
export type Grid = {
  readonly size: number;
  /**
   * The point at an index: dimensions in declared order, the last that counts varies fastest.
   * @throws RangeError when there is no such cell.
   */
  readonly cell: (index: number) => TrialParameters;
};

/** How many distinct points the space has, or undefined when a dimension is continuous. */
export function finiteSize(space: SearchSpace): number | undefined {
  return continuousNames(space).length > 0 ? undefined : gridOf(space).size;
}

/**
 * The grid of a space. Dimensions that do not count at a point are left out of it, so that no point comes twice.
 * @throws ParameterError naming every dimension that has no grid because it is continuous.
 */
export function gridOf(space: SearchSpace): Grid {
  const levels = levelsOf(space);
  const count = counter(levels);
  const size = count(0, {});
  return {
    size,
    cell: (index) => {
      if (Number.isInteger(index) && index >= 0 && index < size) return cellAt(index, levels, count);
      throw new RangeError(`The grid has the cells 0 to ${size - 1}; there is no cell ${index}.`);
    },
  };
}

type Level = {
  readonly dimension: Dimension;
  readonly axis: Axis;
  /** The axis in stretches of values that no condition tells apart, by the first of each. */
  readonly stretches: readonly { readonly first: number; readonly length: number }[];
  /** What conditions from here on ask for. */
  readonly asked: readonly string[];
};

function levelsOf(space: SearchSpace): readonly Level[] {
  const continuous = continuousNames(space);
  if (continuous.length > 0) {
    throw new ParameterError(
      `A grid needs listed values, but ${continuous.join(', ')} may be anything between its bounds. ` +
        'Give it steps (how many values) or step (their distance), or use the random sampler.',
      { details: { continuous } },
    );
  }
  return space.dimensions.map((dimension, at) => {
    const axis = axisOf(dimension)!;
    const asked = space.dimensions.slice(at).flatMap(({ when = {} }) => Object.keys(when));
    return { dimension, axis, asked, stretches: stretchesOf(dimension, axis, space) };
  });
}

function continuousNames({ dimensions }: SearchSpace): string[] {
  return dimensions.filter((dimension) => axisOf(dimension) === undefined).map(({ name }) => name);
}

function stretchesOf(dimension: Dimension, axis: Axis, { dimensions }: SearchSpace): Level['stretches'] {
  const named = dimensions.flatMap(({ when = {} }) => when[dimension.name] ?? []);
  const alone = named.map((value) => indexOn(axis, dimension, value));
  const starts = [0, ...alone.flatMap((index) => [index, index + 1])].filter((index) => index < axis.count);
  const sorted = [...new Set(starts)].sort((left, right) => left - right);
  return sorted.map((first, at) => ({ first, length: (sorted[at + 1] ?? axis.count) - first }));
}

type Count = (from: number, chosen: TrialParameters) => number;

/** Counts the cells of the levels from one on, for values that were chosen before; each case that conditions tell apart once. */
function counter(levels: readonly Level[]): Count {
  const counted = new Map<string, number>();
  const count: Count = (from, chosen) => {
    const level = levels[from];
    if (level === undefined) return 1;
    const key = JSON.stringify([from, level.asked.map((name) => chosen[name] ?? null)]);
    const known = counted.get(key);
    if (known !== undefined) return known;
    const cells = isActive(level.dimension, chosen)
      ? level.stretches.reduce(
          (sum, { first, length }) => sum + length * count(from + 1, choose(chosen, level, first)),
          0,
        )
      : count(from + 1, chosen);
    counted.set(key, cells);
    return cells;
  };
  return count;
}

function cellAt(index: number, levels: readonly Level[], count: Count): TrialParameters {
  let cell: TrialParameters = {};
  let rest = index;
  for (const [at, level] of levels.entries()) {
    if (!isActive(level.dimension, cell)) continue;
    for (const { first, length } of level.stretches) {
      const each = count(at + 1, choose(cell, level, first));
      if (rest < each * length) {
        cell = choose(cell, level, first + Math.floor(rest / each));
        rest %= each;
        break;
      }
      rest -= each * length;
    }
  }
  return cell;
}

function choose(chosen: TrialParameters, { dimension, axis }: Level, index: number): TrialParameters {
  const value: ParameterValue = axis.at(index);
  return { ...chosen, [dimension.name]: value };
}
