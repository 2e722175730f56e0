/** Where values of an axis lie in a picture. */
export type Scale = {
  /** The place of a value, in pixels. */
  readonly at: (value: number) => number;
  /** Round values within the domain, rising. */
  readonly ticks: readonly number[];
};

export type ScaleKind = 'linear' | 'log';

type Interval = readonly [low: number, high: number];

/**
 * A scale from a domain of values to a range of pixels (which may fall, as for a vertical axis), with about `ticks` ticks: at
 * 1, 2 or 5 times a power of ten, or at powers of ten on a logarithmic scale of two decades or more. A domain without extent
 * is widened. @throws RangeError for a logarithmic domain that reaches 0 or below.
 */
export function scale(kind: ScaleKind, domain: Interval, range: Interval, ticks = 5): Scale {
  const [low, high] = widened(kind, domain);
  if (kind === 'linear') return { at: placeIn([low, high], range), ticks: roundTicks(low, high, ticks) };
  if (low <= 0) throw new RangeError(`A logarithmic axis begins above 0, not at ${low}.`);
  const place = placeIn([Math.log10(low), Math.log10(high)], range);
  return { at: (value) => place(Math.log10(value)), ticks: logTicks(low, high, ticks) };
}

/** The lowest and highest of values; `[0, 1]` without any. */
export function extent(values: readonly number[]): Interval {
  if (values.length === 0) return [0, 1];
  return values.reduce<Interval>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}

/** A tick as text: up to four digits that count, without a tail of zeros; `1e-5` where it is very small or large. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential().replace('e+', 'e');
  return String(Number(value.toPrecision(4)));
}

function placeIn([low, high]: Interval, [from, to]: Interval): Scale['at'] {
  return (value) => from + ((value - low) / (high - low)) * (to - from);
}

function widened(kind: ScaleKind, [low, high]: Interval): Interval {
  if (high > low) return [low, high];
  if (kind === 'log') return [low / 2, low * 2];
  const half = low === 0 ? 0.5 : Math.abs(low) / 10;
  return [low - half, low + half];
}

function roundTicks(low: number, high: number, wanted: number): number[] {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Whole multiples, so that 0.3 is 0.3.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

function logTicks(low: number, high: number, wanted: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  if (last - first < 1) return roundTicks(low, high, wanted);
  const every = Math.ceil((last - first + 1) / (wanted + 2));
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) =>
    Number(`1e${first + index * every}`),
  );
}
