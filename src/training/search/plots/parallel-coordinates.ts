import { element } from '../../../core/svg/element.ts';
import { label, plotSvg, SERIES_COLORS, type Axis } from '../../../core/svg/plot.ts';
import { scale, tickText, type Scale } from '../../../core/svg/scale.ts';
import { parameterAxis, shortText } from './parameter-axis.ts';
import { ratedTrials, roomyExtent, type PlottedStudy, type RatedPlottedTrial } from './plotted-study.ts';

/** A vertical axis: where a trial crosses it, and what stands beside it. */
type Column = {
  readonly name: string;
  readonly placeOf: (trial: RatedPlottedTrial) => number | undefined;
  readonly marks: readonly { readonly at: number; readonly text: string }[];
};

/**
 * Each complete trial as a line through its parameters to what it gave in the study's first metric, the stronger the better; the
 * best in a colour of its own. A parameter that did not count is passed over.
 */
export function parallelCoordinates(study: PlottedStudy): string {
  const [{ direction }] = study.objectives;
  const columns = columnsOf(study);
  const sign = direction === 'maximize' ? 1 : -1;
  const worstFirst = ratedTrials(study).toSorted((left, right) => sign * (left.values[0]! - right.values[0]!));
  return plotSvg(
    {
      title: `Parallel coordinates of ${study.name}`,
      x: {
        label: 'parameters, and what came of them',
        domain: [-0.3, columns.length - 0.4],
        ticks: columns.map(({ name }, at) => ({ at, text: shortText(name) })),
      },
      y: { label: '', domain: [-0.06, 1.06], ticks: [] },
      width: Math.max(640, 64 + 110 * columns.length),
    },
    (x, y) => [
      ...worstFirst.map((trial, rank) =>
        element('polyline', {
          ...{ points: pathOf(trial, columns, x, y), fill: 'none', 'stroke-width': 1.4 },
          stroke: rank === worstFirst.length - 1 ? SERIES_COLORS[1]! : SERIES_COLORS[0]!,
          'stroke-opacity': 0.12 + (0.88 * (rank + 1)) / worstFirst.length,
        }),
      ),
      ...columns.flatMap((column, at) => columnMarks(column, x.at(at), y)),
    ],
  );
}

function columnsOf(study: PlottedStudy): readonly Column[] {
  const [{ metric }] = study.objectives;
  const values = ratedTrials(study).map((trial) => trial.values[0]!);
  const outcome: Axis = { label: metric, domain: roomyExtent(values) };
  const parameters = study.space.dimensions.map((dimension): Column => {
    const { axis, placeOf } = parameterAxis(dimension);
    const { name } = dimension;
    const place = placesOn(axis);
    return {
      name,
      placeOf: ({ parameters: given }) => (name in given ? place.at(placeOf(given[name]!)) : undefined),
      marks: marksOf(axis, place),
    };
  });
  const place = placesOn(outcome);
  const last = { name: metric, placeOf: (trial: RatedPlottedTrial) => place.at(trial.values[0]!) };
  return [...parameters, { ...last, marks: marksOf(outcome, place) }];
}

function placesOn({ kind, domain }: Axis): Scale {
  return scale(kind ?? 'linear', domain, [0, 1], 3);
}

function marksOf({ ticks }: Axis, place: Scale): Column['marks'] {
  const shown = ticks ?? place.ticks.map((at) => ({ at, text: tickText(at) }));
  return shown.map(({ at, text }) => ({ at: place.at(at), text }));
}

function pathOf(trial: RatedPlottedTrial, columns: readonly Column[], x: Scale, y: Scale): string {
  return columns
    .flatMap(({ placeOf }, at) => {
      const place = placeOf(trial);
      return place === undefined ? [] : [`${x.at(at).toFixed(1)},${y.at(place).toFixed(1)}`];
    })
    .join(' ');
}

function columnMarks({ marks }: Column, x: number, y: Scale): readonly string[] {
  const line = { x1: x, x2: x, y1: y.at(0), y2: y.at(1), stroke: 'currentColor', 'stroke-opacity': 0.6 };
  return [
    element('line', line),
    ...marks.flatMap(({ at, text }) => [
      // Texts stay legible where lines cross them.
      element('rect', {
        x: x + 2,
        y: y.at(at) - 6,
        width: 6 * text.length + 3,
        height: 12,
        class: 'ground',
        opacity: 0.75,
      }),
      label(text, { x: x + 4, y: y.at(at) + 4, 'font-size': 10 }),
    ]),
  ];
}
