import { element } from './element.ts';
import { plotSvg, SERIES_COLORS, type Plot } from './plot.ts';
import { extent } from './scale.ts';

export type Histogram = Omit<Plot, 'x' | 'y' | 'legend'> & {
  readonly label: string;
  readonly values: readonly number[];
  /** What is counted, for example `images`. */
  readonly counted: string;
};

/** How often values lie in each of 40 intervals of equal width, as bars. */
export function histogramSvg({ values, label, counted, ...plot }: Histogram): string {
  const [low, high] = extent(values);
  const width = (high - low) / INTERVALS || 1;
  const counts = new Array<number>(INTERVALS).fill(0);
  for (const value of values) counts[Math.min(INTERVALS - 1, Math.floor((value - low) / width))]! += 1;
  return plotSvg(
    {
      ...plot,
      x: { label, domain: [low, low + width * INTERVALS] },
      y: { label: counted, domain: [0, 1.05 * Math.max(1, ...counts)], whole: true },
    },
    (x, y) =>
      counts.flatMap((count, at) => {
        if (count === 0) return [];
        const [left, right] = [x.at(low + at * width), x.at(low + (at + 1) * width)];
        const bar = { x: left, width: Math.max(1, right - left - 1), y: y.at(count), height: y.at(0) - y.at(count) };
        return [element('rect', { ...bar, fill: SERIES_COLORS[0]! })];
      }),
  );
}

const INTERVALS = 40;
