import { ParameterError } from '../../core/errors.ts';
import type { Dimension, ParameterValue } from './search-space.ts';

/** The values of a dimension that has finitely many, addressed by index; ascending, choices in declared order, all distinct. */
export type Axis = { readonly name: string; readonly count: number; at(index: number): ParameterValue };

/** A value this share of the range past `high` still counts as `high`: the end of a range that division made inexact. */
const END_TOLERANCE = 1e-9;
/** Decimal digits kept of a computed value, so that 0.1 + 2 · 0.1 is 0.3; the bounds are kept as given. */
const DIGITS = 12;
const MOST_STEPS = 1_000_000;

/**
 * The axis of a dimension, or undefined when it is continuous. The i-th value is computed from the bounds
 * (`low + i · step`), never by adding up, so nothing drifts; `high` is included where the steps meet it.
 * @throws ParameterError when `steps` asks for more than a million values.
 */
export function axisOf(dimension: Dimension): Axis | undefined {
  if (dimension.kind === 'choice') return listed(dimension.name, dimension.choices);
  const { kind, name, low, high, step, steps } = dimension;
  if (low === high) return listed(name, [low]);
  if (steps !== undefined) return spaced(dimension, steps);
  if (kind === 'float' && step === undefined) return undefined;
  return stepped({ name, low, high }, step ?? 1);
}

/** The index of the value that is nearest from below on an axis of numbers, which ascend. */
export function indexBelow(axis: Axis, value: number): number {
  let [first, last] = [0, axis.count - 1];
  while (first < last) {
    const middle = Math.ceil((first + last) / 2);
    if (Number(axis.at(middle)) <= value) first = middle;
    else last = middle - 1;
  }
  return first;
}

/** Where a value stands on the axis of a dimension, or -1. */
export function indexOn(axis: Axis, dimension: Dimension, value: ParameterValue): number {
  if (dimension.kind === 'choice')
    return Array.from({ length: axis.count }, (_, index) => axis.at(index)).indexOf(value);
  if (typeof value !== 'number') return -1;
  const index = indexBelow(axis, value);
  return axis.at(index) === value ? index : -1;
}

type Bounds = { readonly name: string; readonly low: number; readonly high: number };

function listed(name: string, given: readonly ParameterValue[]): Axis {
  const values = [...new Set(given.map((value) => (value === 0 ? 0 : value)))];
  return { name, count: values.length, at: (index) => values[index]! };
}

function stepped({ name, low, high }: Bounds, step: number): Axis {
  const tolerance = END_TOLERANCE * (high - low);
  const last = Math.floor((high - low + tolerance) / step);
  return { name, count: last + 1, at: (index) => between(low, high, low + index * step, tolerance) };
}

function spaced(dimension: Dimension & Bounds & { readonly log: boolean }, count: number): Axis {
  const { kind, name, low, high, log } = dimension;
  if (count > MOST_STEPS) throw new ParameterError(`${name}: steps is ${count}, more than a million values.`);
  const at = (share: number): number => (log ? low * (high / low) ** share : low + (high - low) * share);
  const values = Array.from({ length: count }, (_, index) => between(low, high, at(index / (count - 1)), 0));
  return listed(name, kind === 'int' ? values.map(Math.round) : values);
}

/** Rounds away the noise of floating point and snaps to the bounds, which stay exactly as given. */
function between(low: number, high: number, value: number, tolerance: number): number {
  const rounded = Number(value.toPrecision(DIGITS));
  if (rounded <= low) return low;
  return rounded >= high - tolerance ? high : rounded;
}
