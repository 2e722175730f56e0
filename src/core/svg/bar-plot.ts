import { element } from './element.ts';
import { plotSvg, SERIES_COLORS } from './plot.ts';

export type BarPlot = {
  readonly title: string;
  /** What is counted, for example `images`. */
  readonly counted: string;
  /** One bar each, from the top; its parts stand one behind the other. */
  readonly bars: readonly { readonly name: string; readonly parts: readonly number[] }[];
  /** Names of the parts, in their order. */
  readonly parts: readonly string[];
};

/** Counts as lying bars, one a name. */
export function barPlotSvg({ title, counted, bars, parts }: BarPlot): string {
  const totals = bars.map((bar) => bar.parts.reduce((sum, part) => sum + part, 0));
  return plotSvg(
    {
      title,
      x: { label: counted, domain: [0, 1.02 * Math.max(1, ...totals)], whole: true },
      y: {
        label: '',
        domain: [-0.6, bars.length - 0.4],
        ticks: bars.map(({ name }, index) => ({ at: bars.length - 1 - index, text: shortened(name) })),
      },
      legend: parts.length > 1 ? parts.map((name, part) => ({ name, color: colorOf(part) })) : [],
      height: 100 + BAR_HEIGHT * bars.length,
      left: 24 + LETTER_WIDTH * Math.max(4, ...bars.map(({ name }) => shortened(name).length)),
    },
    (x, y) =>
      bars.flatMap((bar, index) => {
        const at = bars.length - 1 - index;
        const [top, bottom] = [y.at(at + 0.35), y.at(at - 0.35)];
        let before = 0;
        return bar.parts.map((count, part) => {
          const from = x.at(before);
          before += count;
          const place = { x: from, width: x.at(before) - from, y: top, height: bottom - top };
          return element('rect', { ...place, fill: colorOf(part) });
        });
      }),
  );
}

const BAR_HEIGHT = 18;
const LETTER_WIDTH = 6.2;
const LONGEST_NAME = 28;

function colorOf(part: number): string {
  return SERIES_COLORS[part % SERIES_COLORS.length]!;
}

function shortened(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}
