import { element } from '../../../core/svg/element.ts';
import { plotSvg, SERIES_COLORS } from '../../../core/svg/plot.ts';
import { roomyExtent, type PlottedStudy, type PlottedTrial } from './plotted-study.ts';

/** What each trial reported after each epoch; pruned ones end early. */
export function intermediateValues(study: PlottedStudy): string {
  const [{ metric }] = study.objectives;
  const [completeColor, prunedColor] = [SERIES_COLORS[0]!, SERIES_COLORS[1]!];
  const curves = study.trials
    .map((trial) => ({ trial, points: pointsOf(trial) }))
    .filter(({ points }) => points.length > 0);
  const all = curves.flatMap(({ points }) => points);
  return plotSvg(
    {
      title: `Intermediate values of ${study.name}`,
      x: { label: 'epoch', domain: roomyExtent(all.map(([step]) => step)) },
      y: { label: metric, domain: roomyExtent(all.map(([, value]) => value)) },
      legend: [
        { name: 'complete', color: completeColor },
        { name: 'pruned, failed or running', color: prunedColor },
      ],
    },
    (x, y) =>
      curves.flatMap(({ trial, points }) => {
        const color = trial.values === undefined ? prunedColor : completeColor;
        const places = points.map(([step, value]) => [x.at(step), y.at(value)] as const);
        const [lastX, lastY] = places.at(-1)!;
        const path = places.map((place) => place.map((value) => value.toFixed(1)).join(',')).join(' ');
        return [
          element('polyline', { points: path, fill: 'none', stroke: color, 'stroke-opacity': 0.7 }),
          element('circle', { cx: lastX, cy: lastY, r: 2.5, fill: color }),
        ];
      }),
  );
}

function pointsOf({ reports }: PlottedTrial): readonly (readonly [step: number, value: number])[] {
  return reports.filter(({ value }) => Number.isFinite(value)).map(({ step, value }) => [step, value]);
}
