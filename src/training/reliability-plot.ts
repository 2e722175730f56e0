import { element } from '../core/svg/element.ts';
import { label, plotSvg, SERIES_COLORS } from '../core/svg/plot.ts';
import type { Calibration, ConfidenceBin } from './calibration.ts';

/**
 * The reliability diagram as an SVG document: a bar a bin, its height the accuracy of the predictions made with that
 * confidence, the red part what they fall short of it or exceed it by, fainter the fewer samples; on the diagonal confidence
 * and accuracy agree.
 */
export function reliabilityPlotSvg({ bins, expectedError }: Calibration): string {
  const samples = bins.reduce((sum, bin) => sum + bin.samples, 0);
  const most = Math.max(1, ...bins.map((bin) => bin.samples));
  const domain = [0, 1] as const;
  return plotSvg(
    {
      title: `Calibration error ${(100 * expectedError).toFixed(1)} % of ${samples} samples`,
      x: { label: 'confidence', domain },
      y: { label: 'accuracy', domain },
      ...{ width: 440, height: 400 },
    },
    (x, y) => {
      const bar = ({ low, high }: ConfidenceBin, from: number, to: number, fill: string): string =>
        element('rect', {
          ...{ x: x.at(low) + 1, width: x.at(high) - x.at(low) - 2, fill },
          ...{ y: y.at(Math.max(from, to)), height: Math.abs(y.at(from) - y.at(to)) },
        });
      const filled = bins.filter((bin) => bin.samples > 0);
      return [
        ...filled.map((bin) =>
          element(
            'g',
            { opacity: 0.35 + 0.65 * Math.sqrt(bin.samples / most) },
            bar(bin, 0, bin.accuracy, SERIES_COLORS[0]!),
            bar(bin, bin.accuracy, bin.confidence, GAP_COLOR),
          ),
        ),
        element('line', {
          ...{ x1: x.at(0), y1: y.at(0), x2: x.at(1), y2: y.at(1) },
          ...{ stroke: 'currentColor', 'stroke-dasharray': '4 4' },
        }),
        label('gap', { x: x.at(0.02), y: y.at(0.94), fill: GAP_COLOR }),
      ];
    },
  );
}

const GAP_COLOR = '#d8526b';
