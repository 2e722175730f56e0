import { element } from './element.ts';
import { plotSvg, SERIES_COLORS, type Axis, type Plot } from './plot.ts';
import { extent } from './scale.ts';

/** A line through points that rise in x. */
export type Series = { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] };

export type LinePlot = Omit<Plot, 'x' | 'y' | 'legend'> & {
  readonly series: readonly Series[];
  /** The domain is that of the points where it is not given. */
  readonly x: Omit<Axis, 'domain'> & Partial<Pick<Axis, 'domain'>>;
  readonly y: Omit<Axis, 'domain'> & Partial<Pick<Axis, 'domain'>>;
};

/** Series as lines in one chart, each in a colour of its own; a dot for a point that is alone. */
export function linePlotSvg({ series, x, y, ...plot }: LinePlot): string {
  const points = series.flatMap((one) => one.points);
  const colored = series.map((one, index) => ({ ...one, color: SERIES_COLORS[index % SERIES_COLORS.length]! }));
  return plotSvg(
    {
      ...plot,
      x: { domain: extent(points.map((point) => point[0])), ...x },
      y: { domain: extent(points.map((point) => point[1])), ...y },
      legend: series.length > 1 ? colored : [],
    },
    (xScale, yScale) =>
      colored.map(({ points: own, color }) => {
        const places = own.map((point) => [xScale.at(point[0]), yScale.at(point[1])] as const);
        const [only] = places;
        if (places.length === 1 && only !== undefined) {
          return element('circle', { cx: only[0], cy: only[1], r: 3.5, fill: color });
        }
        const path = places.map((place) => place.map((value) => value.toFixed(1)).join(',')).join(' ');
        return element('polyline', { points: path, fill: 'none', stroke: color, 'stroke-width': 1.8 });
      }),
  );
}
