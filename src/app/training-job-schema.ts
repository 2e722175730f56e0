import * as z from 'zod';
import type { JsonObject } from '../core/json.ts';
import { LOG_LEVELS } from '../core/logger.ts';
import { augmentationSchema } from '../training/augment/augmentation.ts';
import { ENGINE_PREFERENCES } from '../training/engines/training-engine.ts';
import { jobInitialModelSchema } from './job-initial-model.ts';
import { evaluationSchema } from './evaluation/scored-split.ts';
import { earlyStoppingSchema, fineTuningParameters, stepParameters } from '../training/training-parameters.ts';
import type { EpochMetrics, TrainingSettings } from '../training/training-settings.ts';

const share = z.number().min(0).max(1);
const count = z.int().min(0);

const epochMetrics: z.ZodType<EpochMetrics> = z.object({
  /** From 1. */
  epoch: z.int().min(1),
  loss: z.number(),
  accuracy: share,
  validationLoss: z.number(),
  validationAccuracy: share,
  learningRate: z.number(),
  seconds: z.number(),
  imagesPerSecond: z.number(),
});

export const EVALUATED_SPLITS = ['test', 'apart'] as const;

const trainingSettings: z.ZodType<TrainingSettings> = z.object({
  architecture: z.object({
    name: z.string(),
    parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  }),
  epochs: z.int().min(1),
  batchSize: z.int().min(1),
  learningRate: z.number().positive(),
  seed: z.int(),
  ...stepParameters.shape,
  ...fineTuningParameters.shape,
  earlyStopping: earlyStoppingSchema.exactOptional(),
  augmentation: augmentationSchema.exactOptional(),
});

/** One training, as it is handed to a child process. */
export const trainingJobSchema = z.object({
  /** Absolute path of the tensor cache. */
  cachePath: z.string(),
  settings: trainingSettings,
  /** Trains a head on the features of a backbone instead of the images themselves. */
  features: z
    .object({
      backbone: z.string(),
      /** Absolute paths of the feature caches, read one after the other. */
      folders: z.array(z.string()).min(1),
      sha256: z.string(),
      /** Absolute paths of the backbone's YAML and file: what a saved model is joined from. */
      model: z.object({ description: z.string(), file: z.string() }).exactOptional(),
    })
    .exactOptional(),
  /** Begins with the weights of an earlier model; absent: with random ones. */
  initialModel: jobInitialModelSchema.exactOptional(),
  /** Trains on this share of each class's training images, the same for every trial of a seed; absent: on all of them. */
  trainShare: z.number().positive().max(1).exactOptional(),
  engine: z.enum(ENGINE_PREFERENCES),
  threads: z.int().min(1),
  /** Which splits to evaluate with the best epoch's weights; none while searching. */
  evaluateOn: z.array(z.enum(EVALUATED_SPLITS)),
  /** Absolute path of an empty or missing folder for the model's files; absent: nothing is saved. */
  saveTo: z.string().exactOptional(),
  /** Absolute path of a file that keeps how far the training has come; absent: a killed training starts anew. */
  checkpoint: z.string().exactOptional(),
  /** Absolute path of a file that remembers which blocked convolutions passed their check; absent: they are checked again. */
  checkedBlocks: z.string().exactOptional(),
  /** Samples process and machine while training; a folder on the file system that is told about. Absent: does not. */
  systemMetricsOf: z.string().exactOptional(),
});

export type TrainingJob = Readonly<z.infer<typeof trainingJobSchema>>;

const predictions = z.object({
  sampleIds: z.array(z.string()),
  labels: z.array(count),
  predicted: z.array(count),
});

export const trainingJobResultSchema = z.object({
  engine: z.object({ name: z.string(), version: z.string(), reason: z.string(), threads: count }),
  classNames: z.array(z.string()),
  image: z.object({ height: count, width: count, channels: z.union([z.literal(1), z.literal(3)]) }),
  history: z.array(epochMetrics),
  bestEpoch: z.int().min(1),
  /** Numbers that the model has, trained or not. */
  parameters: count,
  validation: z.object({ accuracy: share, loss: z.number() }),
  evaluations: z.object({ test: evaluationSchema.exactOptional(), apart: evaluationSchema.exactOptional() }),
  /** True and predicted class index of each test sample; present when `test` was evaluated. */
  testPredictions: predictions.exactOptional(),
  /** The folder asked for by `saveTo`, once the model's files are in it. */
  modelFiles: z.string().exactOptional(),
});

export type TrainingJobResult = Readonly<z.infer<typeof trainingJobResultSchema>>;

const progress = z.object({
  done: z.number(),
  total: z.number().exactOptional(),
  unit: z.string(),
  label: z.string().exactOptional(),
});

const details: z.ZodType<JsonObject> = z.record(z.string(), z.json());

const failure = z.object({
  name: z.string(),
  code: z.string(),
  message: z.string(),
  stack: z.string().exactOptional(),
  details: details.exactOptional(),
});

/** What a training child tells its parent. Exactly one `result` or `failure` ends the conversation. */
export const childMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('epoch'), metrics: epochMetrics }),
  z.object({ type: z.literal('progress'), progress }),
  z.object({ type: z.literal('system'), step: count, metrics: z.record(z.string(), z.number()) }),
  z.object({
    type: z.literal('log'),
    level: z.enum(LOG_LEVELS),
    message: z.string(),
    data: z.record(z.string(), z.json()).exactOptional(),
  }),
  z.object({ type: z.literal('result'), result: z.unknown() }),
  z.object({ type: z.literal('failure'), error: failure }),
]);

export type ChildMessage = z.infer<typeof childMessageSchema>;
