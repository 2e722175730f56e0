import { z } from 'zod';
import { hpoParameters } from './hpo.ts';

/** What `register` takes. */
export const registerParameters = z.strictObject({
  study: z.string().min(1).default('latest').describe('Id, id prefix or name of the study to take the best from'),
  epochs: z.int().min(1).max(10_000).default(12).describe('Epochs of the final training'),
  finalists: z.int().min(1).max(20).default(1).describe('How many of the best trials are trained to the end'),
  model: z
    .string()
    .regex(/^[\w][\w.-]*$/, 'letters, digits, "_", "-" and "." only')
    .optional()
    .describe('Name of the registered model; default: the name of the dataset'),
  experiment: hpoParameters.shape.experiment,
  training: hpoParameters.shape.training.describe(
    'Parameters of the final training that replace those of the trial: {"schedule": "cosine", "warmupEpochs": 1}',
  ),
  gate: z
    .enum(['superior', 'manual'])
    .default('superior')
    .describe('superior: promote when clearly better than the champion; manual: only save, promote by hand'),
  threads: z.int().min(1).max(64).default(2).describe('Threads of a final training'),
  seed: hpoParameters.shape.seed,
  systemMetrics: hpoParameters.shape.systemMetrics,
  engine: hpoParameters.shape.engine,
});
