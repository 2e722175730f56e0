import type { Augmentation } from './augment/augmentation.ts';
import type { ArchitectureSpec } from './architectures/architecture.ts';
import type { ClassWeights } from './class-weights.ts';
import type { EarlyStopping } from './early-stopping.ts';
import type { FineTuningSettings } from './fine-tuning.ts';
import type { ScheduleSettings } from './learning-rate.ts';
import type { StepSettings } from './step-settings.ts';

/** Everything that decides how a model is trained, besides its data and its engine. */
export type TrainingSettings = StepSettings &
  ScheduleSettings &
  FineTuningSettings & {
    readonly architecture: ArchitectureSpec;
    readonly epochs: number;
    readonly batchSize: number;
    /** The highest, in the first stage: schedules lower it. */
    readonly learningRate: number;
    /** Decides initial weights, the order of the images, dropout masks and augmentation. */
    readonly seed: number;
    readonly earlyStopping?: EarlyStopping;
    /** Default none. */
    readonly classWeights?: ClassWeights;
    /** How images are varied while training, never those of validation; default: not at all. */
    readonly augmentation?: Augmentation;
  };

/** What one epoch gave. `loss` and `accuracy` are means over the training images as they were seen, dropout included. */
export type EpochMetrics = {
  /** Counted from 1. */
  readonly epoch: number;
  /** With label smoothing, class weights and penalties, as it is made small. */
  readonly loss: number;
  readonly accuracy: number;
  /** Without them. */
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  /** Wall time of the epoch, validation included. */
  readonly seconds: number;
  /** Training images over the time spent training. */
  readonly imagesPerSecond: number;
};
