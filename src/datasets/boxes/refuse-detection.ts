import { ParameterError } from '../../core/errors.ts';
import type { DatasetVersion } from '../dataset-version.ts';

/** Throws ParameterError for a detection dataset, where each image must have one class. */
export function refuseDetection({ layout, name }: Pick<DatasetVersion, 'layout'> & { readonly name?: string }): void {
  if (layout !== 'detection') return;
  throw new ParameterError(
    `${name ?? 'The dataset version'} is a detection dataset: its images have boxes, not one class each. Tensor caches and models are made of ` +
      'classification datasets; detectors are not trained yet. What can be done with it: mlflow-ts data show, describe, verify and diff.',
  );
}
