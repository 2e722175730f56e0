import { element } from '../../../core/svg/element.ts';
import { plotSvg, SERIES_COLORS } from '../../../core/svg/plot.ts';
import { ratedTrials, roomyExtent, type PlottedStudy } from './plotted-study.ts';

/** What each complete trial gave in the study's first metric, by its number, and the best so far. */
export function optimisationHistory(study: PlottedStudy): string {
  const [{ metric, direction }] = study.objectives;
  const trials = ratedTrials(study);
  const values = trials.map((trial) => trial.values[0]!);
  const better = direction === 'maximize' ? Math.max : Math.min;
  const [dotColor, lineColor] = [SERIES_COLORS[0]!, SERIES_COLORS[1]!];
  return plotSvg(
    {
      title: `Optimisation history of ${study.name}`,
      x: { label: 'trial', domain: roomyExtent(trials.map(({ number }) => number)) },
      y: { label: metric, domain: roomyExtent(values) },
      legend: [
        { name: 'complete trial', color: dotColor },
        { name: 'best so far', color: lineColor },
      ],
    },
    (x, y) => {
      let best: number | undefined;
      const corners = trials.flatMap(({ number }, index) => {
        const before = best ?? values[index]!;
        best = better(before, values[index]!);
        return [
          [number, before],
          [number, best],
        ] as const;
      });
      const points = corners.map(([number, value]) => `${x.at(number).toFixed(1)},${y.at(value).toFixed(1)}`).join(' ');
      return [
        element('polyline', { points, fill: 'none', stroke: lineColor, 'stroke-width': 1.8 }),
        ...trials.map(({ number }, index) =>
          element('circle', {
            cx: x.at(number),
            cy: y.at(values[index]!),
            r: 3.5,
            fill: dotColor,
            'fill-opacity': 0.8,
          }),
        ),
      ];
    },
  );
}
