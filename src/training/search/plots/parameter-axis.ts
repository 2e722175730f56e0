import type { Axis } from '../../../core/svg/plot.ts';
import { tickText } from '../../../core/svg/scale.ts';
import type { Dimension, ParameterValue } from '../search-space.ts';
import { roomyExtent } from './plotted-study.ts';

/** A parameter as an axis: its whole range, or its choices one beside the other. */
export function parameterAxis(dimension: Dimension): {
  readonly axis: Axis;
  /** Where a value stands on it. */
  readonly placeOf: (value: ParameterValue) => number;
} {
  const { name } = dimension;
  if (dimension.kind === 'choice') {
    const { choices } = dimension;
    const ticks = choices.map((choice, at) => ({ at, text: shortText(choice) }));
    return {
      axis: { label: name, domain: [-0.5, choices.length - 0.5], ticks },
      placeOf: (value) => choices.indexOf(value),
    };
  }
  const { low, high, log } = dimension;
  const domain: Axis['domain'] = log
    ? [low / (high / low) ** 0.04, high * (high / low) ** 0.04]
    : roomyExtent([low, high]);
  return { axis: { label: name, domain, kind: log ? 'log' : 'linear' }, placeOf: Number };
}

/** A value in few characters. */
export function shortText(value: ParameterValue): string {
  const text = typeof value === 'number' ? tickText(value) : String(value);
  return text.length <= MOST ? text : `${text.slice(0, MOST - 1)}…`;
}

const MOST = 14;
