import { ParameterError } from '../core/errors.ts';
import type { Objective, Objectives } from '../registry/studies.ts';
import type { EpochMetrics } from '../training/training-settings.ts';
import type { TrainingJobResult } from './training-job-schema.ts';

/** A metric that a study can be about; `parameters` are the numbers that the model has. */
export type StudyMetric = 'validationAccuracy' | 'validationLoss' | 'parameters' | 'imagesPerSecond';

/** Which way each is better. */
const DIRECTIONS: Readonly<Record<StudyMetric, Objective['direction']>> = {
  validationAccuracy: 'maximize',
  validationLoss: 'minimize',
  parameters: 'minimize',
  imagesPerSecond: 'maximize',
};

/** The metrics of a study with their directions. @throws ParameterError when one is named twice. */
export function objectivesOf(metrics: readonly [StudyMetric, ...StudyMetric[]]): Objectives {
  const twice = metrics.find((metric, index) => metrics.indexOf(metric) !== index);
  if (twice !== undefined) throw new ParameterError(`metrics names ${twice} twice.`);
  const [first, ...further] = metrics.map((metric) => ({ metric, direction: DIRECTIONS[metric] }));
  return [first!, ...further];
}

/** A metric as it is after an epoch; undefined for what is known only at the end of a training. */
export function metricOfEpoch(metrics: EpochMetrics, metric: string): number | undefined {
  return (metrics as Readonly<Record<string, number>>)[metric];
}

/** Whether a metric is known after every epoch, so that a pruner can go by it. */
export function isKnownEachEpoch(metric: string): boolean {
  return metric !== ('parameters' satisfies StudyMetric);
}

/** What a trial gave in all metrics, those of its best epoch. */
export function trialMetrics({
  validation,
  history,
  bestEpoch,
  parameters,
}: TrainingJobResult): Readonly<Record<StudyMetric | 'bestEpoch', number>> {
  const images = history.map(({ imagesPerSecond }) => imagesPerSecond);
  return {
    validationAccuracy: validation.accuracy,
    validationLoss: validation.loss,
    parameters,
    imagesPerSecond: images.reduce((sum, one) => sum + one, 0) / images.length,
    bestEpoch,
  };
}
