import { ParameterError } from '../../core/errors.ts';
import { axisOf, type Axis } from './axis.ts';
import type { ParameterValue, SearchSpace, TrialParameters } from './search-space.ts';

/** How many distinct points the space has, or undefined when a dimension is continuous. */
export function finiteSize(space: SearchSpace): number | undefined {
  return space.dimensions.reduce<number | undefined>((size, dimension) => {
    const axis = axisOf(dimension);
    return size === undefined || axis === undefined ? undefined : size * axis.count;
  }, 1);
}

/**
 * How many cells the grid of a space has.
 * @throws ParameterError naming every dimension that has no grid because it is continuous.
 */
export function gridSize(space: SearchSpace): number {
  return sizeOf(gridAxes(space));
}

/**
 * The cell at an index: dimensions in declared order, the last varies fastest, so the index is a number in mixed radix.
 * @throws ParameterError when the space has no grid. @throws RangeError when there is no such cell.
 */
export function gridCell(space: SearchSpace, index: number): TrialParameters {
  const axes = gridAxes(space);
  const size = sizeOf(axes);
  if (!Number.isInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`The grid has the cells 0 to ${size - 1}; there is no cell ${index}.`);
  }
  const cell: [string, ParameterValue][] = [];
  let rest = index;
  for (const axis of axes.toReversed()) {
    cell.push([axis.name, axis.at(rest % axis.count)]);
    rest = Math.floor(rest / axis.count);
  }
  return Object.fromEntries(cell.reverse());
}

function sizeOf(axes: readonly Axis[]): number {
  return axes.reduce((size, axis) => size * axis.count, 1);
}

function gridAxes(space: SearchSpace): readonly Axis[] {
  const axes = space.dimensions.map((dimension) => ({ name: dimension.name, axis: axisOf(dimension) }));
  const continuous = axes.filter(({ axis }) => axis === undefined).map(({ name }) => name);
  if (continuous.length > 0) {
    throw new ParameterError(
      `A grid needs listed values, but ${continuous.join(', ')} may be anything between its bounds. ` +
        'Give it steps (how many values) or step (their distance), or use the random sampler.',
      { details: { continuous } },
    );
  }
  return axes.map(({ axis }) => axis).filter((axis) => axis !== undefined);
}
