import { element } from '../../../core/svg/element.ts';
import { label, plotSvg, SERIES_COLORS } from '../../../core/svg/plot.ts';
import type { ParameterImportance } from '../importance.ts';
import { shortText } from './parameter-axis.ts';

/** How much each parameter mattered, as shares of one, the most important first. */
export function importancePlot(study: string, metric: string, importances: readonly ParameterImportance[]): string {
  return plotSvg(
    {
      title: `Importance of parameters of ${study} for ${metric}`,
      x: {
        label: 'parameter',
        domain: [-0.6, importances.length - 0.4],
        ticks: importances.map(({ parameter }, at) => ({ at, text: shortText(parameter) })),
      },
      y: { label: 'importance (PED-ANOVA)', domain: [0, 1.08] },
      width: Math.max(640, 80 + 90 * importances.length),
    },
    (x, y) =>
      importances.flatMap(({ importance }, at) => {
        const [left, right, top] = [x.at(at - 0.3), x.at(at + 0.3), y.at(importance)];
        const bar = { x: left, y: top, width: right - left, height: y.at(0) - top, fill: SERIES_COLORS[0]! };
        const text = `${(importance * 100).toFixed(1)} %`;
        return [element('rect', bar), label(text, { x: x.at(at), y: top - 4, 'text-anchor': 'middle' })];
      }),
  );
}
