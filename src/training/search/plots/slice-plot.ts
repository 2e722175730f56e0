import { element } from '../../../core/svg/element.ts';
import { plotSvg, SERIES_COLORS } from '../../../core/svg/plot.ts';
import type { Dimension } from '../search-space.ts';
import { panels } from './panels.ts';
import { parameterAxis } from './parameter-axis.ts';
import { ratedTrials, roomyExtent, type PlottedStudy } from './plotted-study.ts';

const SIZE = { width: 320, height: 260 };

/** For each parameter, what complete trials with each value of it gave in the study's first metric; later trials are darker. */
export function slicePlot(study: PlottedStudy): string {
  const all = study.space.dimensions.map((dimension) => ({ ...SIZE, svg: slice(study, dimension) }));
  return panels(`Slices of ${study.name}`, all, 3);
}

function slice(study: PlottedStudy, dimension: Dimension): string {
  const { axis, placeOf } = parameterAxis(dimension);
  const [{ metric }] = study.objectives;
  const rated = ratedTrials(study);
  const trials = rated.filter(({ parameters }) => dimension.name in parameters);
  return plotSvg(
    {
      title: dimension.name,
      x: axis,
      y: { label: metric, domain: roomyExtent(rated.map(({ values }) => values[0]!)) },
      ...SIZE,
    },
    (x, y) =>
      trials.map(({ parameters, values }, index) =>
        element('circle', {
          ...{ cx: x.at(placeOf(parameters[dimension.name]!)), cy: y.at(values[0]!), r: 3.5, fill: SERIES_COLORS[0]! },
          'fill-opacity': 0.3 + (0.6 * (index + 1)) / trials.length,
        }),
      ),
  );
}
