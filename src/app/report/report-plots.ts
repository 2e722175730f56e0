import { element } from '../../core/svg/element.ts';
import { linePlotSvg, type LinePlot, type Series } from '../../core/svg/line-plot.ts';
import type { MetricPoint, TrainingRunDetails } from '../training-run-details.ts';

type History = TrainingRunDetails['metricHistory'];

type Wanted = {
  readonly title: string;
  readonly unit: string;
  /** Metric by the name it has in the legend. */
  readonly metrics: Readonly<Record<string, string>>;
};

const CURVES: readonly Wanted[] = [
  { title: 'Loss', unit: 'nats', metrics: { training: 'loss', validation: 'validationLoss' } },
  { title: 'Accuracy', unit: 'share', metrics: { training: 'accuracy', validation: 'validationAccuracy' } },
  { title: 'Learning rate', unit: 'a step', metrics: { 'learning rate': 'learningRate' } },
];

const SYSTEM: readonly Wanted[] = [
  {
    title: 'CPU',
    unit: '%',
    metrics: {
      'process (100 % is one core)': 'system/process_cpu_utilization_percentage',
      machine: 'system/cpu_utilization_percentage',
    },
  },
  {
    title: 'Memory',
    unit: 'MB',
    metrics: {
      process: 'system/process_memory_usage_megabytes',
      machine: 'system/system_memory_usage_megabytes',
    },
  },
  { title: 'Training images', unit: 'a second', metrics: { images: 'system/images_per_second' } },
  { title: 'Disk', unit: 'MB free', metrics: { free: 'system/disk_available_megabytes' } },
];

/** Loss, accuracy and learning rate by epoch. */
export function curvePlots(history: History): string {
  return plots(CURVES, history, { label: 'epoch', whole: true }, ({ step }) => step);
}

/** CPU, memory, images a second and disk by the time since the first sample. */
export function systemPlots(history: History): string {
  const times = SYSTEM.flatMap(({ metrics }) => Object.values(metrics).flatMap((key) => history[key] ?? []));
  const begun = Math.min(...times.map(({ at }) => Date.parse(at)));
  return plots(SYSTEM, history, { label: 'seconds' }, ({ at }) => (Date.parse(at) - begun) / 1_000);
}

function plots(
  wanted: readonly Wanted[],
  history: History,
  x: LinePlot['x'],
  place: (point: MetricPoint) => number,
): string {
  const drawn = wanted.flatMap(({ title, unit, metrics }) => {
    const series = Object.entries(metrics).flatMap(([name, key]): Series[] => {
      const points = history[key]?.map((point) => [place(point), point.value] as const) ?? [];
      return points.length === 0 ? [] : [{ name, points }];
    });
    if (series.length === 0) return [];
    return [linePlotSvg({ title, x, y: { label: unit }, series, ...{ width: 480, height: 270 } })];
  });
  return drawn.length === 0 ? '' : element('div', { class: 'plots' }, ...drawn);
}
