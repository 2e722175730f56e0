import { element, escapeXml } from './element.ts';
import { scale, tickText, type Scale, type ScaleKind } from './scale.ts';

export type Axis = {
  readonly label: string;
  readonly domain: readonly [low: number, high: number];
  /** Default linear. */
  readonly kind?: ScaleKind;
  /** Only whole numbers have a tick, as for epochs and trials. */
  readonly whole?: boolean;
  /** Instead of round numbers, for example names of categories. */
  readonly ticks?: readonly { readonly at: number; readonly text: string }[];
};

export type Plot = {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly legend?: readonly { readonly name: string; readonly color: string }[];
  /** Of the whole picture, in pixels; default 640 × 320. */
  readonly width?: number;
  readonly height?: number;
  /** Where the vertical axis stands, in pixels: what its ticks need; default 64. */
  readonly left?: number;
};

/** For series side by side; each is told from the others on light and on dark ground. */
export const SERIES_COLORS = ['#3b82f6', '#e07b2a', '#2ea36a', '#c75fb5', '#a98a1f', '#7d74e6', '#d8526b', '#219fb0'];

/**
 * A chart as a self-contained SVG document: title, axes with ticks and grid, legend, and what `marks` draws with the scales
 * given to it, cut off at the axes. It takes the reader's light or dark ground.
 */
export function plotSvg(plot: Plot, marks: (x: Scale, y: Scale) => readonly string[]): string {
  const { width = 640, height = 320, left = 64, title, legend = [] } = plot;
  const area = { left, right: width - 16, top: legend.length > 0 ? 54 : 36, bottom: height - 44 };
  const x = scale(plot.x.kind ?? 'linear', plot.x.domain, [area.left, area.right]);
  const y = scale(plot.y.kind ?? 'linear', plot.y.domain, [area.bottom, area.top]);
  const inner = { x: area.left, y: area.top, width: area.right - area.left, height: area.bottom - area.top };
  return element(
    'svg',
    {
      ...{ xmlns: 'http://www.w3.org/2000/svg', class: 'plot', width, height, viewBox: `0 0 ${width} ${height}` },
      ...{ role: 'img', 'aria-label': title, 'font-family': 'sans-serif', 'font-size': 11 },
    },
    STYLE,
    element('rect', { width, height, class: 'ground' }),
    label(title, { x: area.left, y: 20, 'font-size': 13, 'font-weight': 'bold' }),
    ...legendMarks(legend, area.left),
    ...xAxis(plot.x, x, area),
    ...yAxis(plot.y, y, area),
    // A nested svg cuts off what lies outside it, without an id that another picture of the page might have too.
    element('svg', { ...inner, viewBox: `${inner.x} ${inner.y} ${inner.width} ${inner.height}` }, ...marks(x, y)),
    element('rect', { ...inner, fill: 'none', stroke: 'currentColor', 'stroke-opacity': 0.5 }),
  );
}

/** Text in a picture; `attributes` place it. */
export function label(text: string, attributes: Readonly<Record<string, string | number>>): string {
  return element('text', { fill: 'currentColor', ...attributes }, escapeXml(text));
}

const STYLE = element(
  'style',
  {},
  '.plot{color:#24292f}.plot .ground{fill:#fff}',
  '@media (prefers-color-scheme:dark){.plot{color:#d5dae0}.plot .ground{fill:#15191f}}',
);

type Area = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };

function xAxis(axis: Axis, { at, ticks }: Scale, { left, right, top, bottom }: Area): string[] {
  const shown = shownTicks(axis, ticks);
  return [
    ...shown.flatMap((tick) => [
      gridLine({ x1: at(tick.at), x2: at(tick.at), y1: top, y2: bottom }),
      label(tick.text, { x: at(tick.at), y: bottom + 15, 'text-anchor': 'middle' }),
    ]),
    label(axis.label, { x: (left + right) / 2, y: bottom + 33, 'text-anchor': 'middle' }),
  ];
}

function yAxis(axis: Axis, { at, ticks }: Scale, { left, right, top, bottom }: Area): string[] {
  const shown = shownTicks(axis, ticks);
  const middle = (top + bottom) / 2;
  return [
    ...shown.flatMap((tick) => [
      gridLine({ x1: left, x2: right, y1: at(tick.at), y2: at(tick.at) }),
      label(tick.text, { x: left - 6, y: at(tick.at) + 4, 'text-anchor': 'end' }),
    ]),
    label(axis.label, { x: 14, y: middle, 'text-anchor': 'middle', transform: `rotate(-90 14 ${middle})` }),
  ];
}

function shownTicks({ ticks, whole = false }: Axis, rounded: Scale['ticks']): NonNullable<Axis['ticks']> {
  const values = whole ? rounded.filter((value) => Number.isInteger(value)) : rounded;
  return ticks ?? values.map((value) => ({ at: value, text: tickText(value) }));
}

function gridLine(ends: Readonly<Record<'x1' | 'x2' | 'y1' | 'y2', number>>): string {
  return element('line', { ...ends, stroke: 'currentColor', 'stroke-opacity': 0.12 });
}

const LEGEND_LETTER = 6.2;

function legendMarks(legend: NonNullable<Plot['legend']>, left: number): string[] {
  let x = left;
  return legend.map(({ name, color }) => {
    const at = x;
    x += 34 + LEGEND_LETTER * name.length;
    return (
      element('line', { x1: at, x2: at + 14, y1: 38, y2: 38, stroke: color, 'stroke-width': 3 }) +
      label(name, { x: at + 19, y: 42 })
    );
  });
}
