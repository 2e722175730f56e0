import { element } from '../../../core/svg/element.ts';
import { plotSvg, SERIES_COLORS } from '../../../core/svg/plot.ts';
import { paretoFronts } from '../pareto.ts';
import { panels } from './panels.ts';
import { ratedTrials, roomyExtent, type PlottedStudy } from './plotted-study.ts';

const SIZE = { width: 420, height: 320 };

/** Complete trials of a study of several metrics, two metrics a picture; those of the Pareto list in a colour of their own. */
export function paretoFrontPlot(study: PlottedStudy): string {
  const pairs = study.objectives.flatMap((_, first) =>
    study.objectives.slice(first + 1).map((__, offset) => [first, first + 1 + offset] as const),
  );
  const all = pairs.map((pair) => ({ ...SIZE, svg: pairPlot(study, pair) }));
  return panels(`Pareto list of ${study.name}`, all, 2);
}

function pairPlot(study: PlottedStudy, [across, up]: readonly [number, number]): string {
  const points = ratedTrials(study).map(({ values }) => values);
  const fronts = paretoFronts(
    points,
    study.objectives.map(({ direction }) => direction),
  );
  const [rest, best] = [SERIES_COLORS[0]!, SERIES_COLORS[1]!];
  return plotSvg(
    {
      title: `Pareto list of ${study.name}`,
      x: axisOf(study, across),
      y: axisOf(study, up),
      legend: [
        { name: 'Pareto list', color: best },
        { name: 'other complete trials', color: rest },
      ],
      ...SIZE,
    },
    (x, y) =>
      points.map((values, index) =>
        element('circle', {
          ...{ cx: x.at(values[across]!), cy: y.at(values[up]!), 'fill-opacity': 0.8 },
          ...(fronts[index] === 0 ? { r: 5, fill: best } : { r: 3.5, fill: rest }),
        }),
      ),
  );
}

function axisOf(study: PlottedStudy, index: number) {
  const { metric, direction } = study.objectives[index]!;
  const domain = roomyExtent(ratedTrials(study).map(({ values }) => values[index]!));
  return { label: `${metric} (${direction})`, domain };
}
