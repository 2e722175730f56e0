import * as z from 'zod';
import { ParameterError } from '../core/errors.ts';
import {
  trainingJobResultSchema,
  trainingJobSchema,
  type TrainingJob,
  type TrainingJobResult,
} from './training-job-schema.ts';
import { runTrainingProcess, type TrainingProcessOptions } from './training-process.ts';

/**
 * Trains one model in a child process, so that this one stays responsive and survives when the training does not.
 * @throws ParameterError for settings that do not fit, DataError for a damaged cache, TrainingError when the training cannot
 * go on, CrashedError when the child was killed, the signal's reason when aborted.
 */
export async function runTrainingJob(job: TrainingJob, options: TrainingProcessOptions): Promise<TrainingJobResult> {
  const entry = new URL('./training-child.js', import.meta.url);
  const what = `training ${job.settings.architecture.name}`;
  const checked = trainingJobSchema.safeParse(job);
  if (!checked.success) {
    throw new ParameterError(`The settings of the training do not fit:\n${z.prettifyError(checked.error)}`);
  }
  const result = await runTrainingProcess(entry, checked.data, what, options);
  return trainingJobResultSchema.parse(result);
}
