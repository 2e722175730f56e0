import { axisOf, indexBelow, type Axis } from '../axis.ts';
import type { Dimension, ParameterValue } from '../search-space.ts';

/**
 * A dimension as TPE sees it: choices without order, or a number on a line on which it varies evenly. Where it has finitely
 * many values they are one apart, else a logarithmic one is its logarithm.
 */
export type Coordinate =
  { readonly kind: 'choice'; readonly name: string; readonly choices: readonly ParameterValue[] } | Line;

export type Line = {
  readonly kind: 'line';
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** The stretch of the line that stands for the value at this place; a point when the dimension is continuous. */
  readonly cellAt: (place: number) => readonly [from: number, to: number];
  readonly valueAt: (place: number) => ParameterValue;
  readonly placeOf: (value: ParameterValue) => number;
};

/** How TPE sees a dimension. */
export function coordinateOf(dimension: Dimension): Coordinate {
  if (dimension.kind === 'choice') return { kind: 'choice', name: dimension.name, choices: dimension.choices };
  const { kind, name, low, high, log, steps } = dimension;
  if (kind === 'int' && log && steps === undefined && low < high) return wholeLogarithms(name, low, high);
  const axis = axisOf(dimension);
  return axis === undefined ? continuous(name, low, high, log) : places(axis);
}

function continuous(name: string, low: number, high: number, log: boolean): Line {
  const [toLine, fromLine] = log ? [Math.log, Math.exp] : [(x: number) => x, (x: number) => x];
  return {
    kind: 'line',
    name,
    low: toLine(low),
    high: toLine(high),
    cellAt: (place) => [place, place],
    valueAt: (place) => clamp(low, high, fromLine(place)),
    placeOf: (value) => toLine(Number(value)),
  };
}

/** Half a unit on both sides of each whole number. */
function wholeLogarithms(name: string, low: number, high: number): Line {
  const valueAt = (place: number): number => clamp(low, high, Math.round(Math.exp(place)));
  return {
    kind: 'line',
    name,
    low: Math.log(low - 0.5),
    high: Math.log(high + 0.5),
    cellAt: (place) => [Math.log(valueAt(place) - 0.5), Math.log(valueAt(place) + 0.5)],
    valueAt,
    placeOf: (value) => Math.log(Number(value)),
  };
}

function places(axis: Axis): Line {
  const indexAt = (place: number): number => clamp(0, axis.count - 1, Math.round(place));
  return {
    kind: 'line',
    name: axis.name,
    low: -0.5,
    high: axis.count - 0.5,
    cellAt: (place) => [indexAt(place) - 0.5, indexAt(place) + 0.5],
    valueAt: (place) => axis.at(indexAt(place)),
    placeOf: (value) => indexBelow(axis, Number(value)),
  };
}

function clamp(low: number, high: number, value: number): number {
  return Math.min(high, Math.max(low, value));
}
