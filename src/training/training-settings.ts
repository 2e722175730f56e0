import type { Augmentation } from './augment/augmentation.ts';
import type { ArchitectureSpec } from './architectures/architecture.ts';

/** Everything that decides how a model is trained, besides its data and its engine. */
export type TrainingSettings = {
  readonly architecture: ArchitectureSpec;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly optimizer: 'adam';
  /** Decides initial weights, the order of the images, dropout masks and augmentation. */
  readonly seed: number;
  /** Stops after `patience` epochs in a row that were no better than the best. */
  readonly earlyStopping?: { readonly patience: number };
  /** Share of each target spread evenly over all classes, 0 ≤ … < 1 (arXiv 1512.00567 §7); default 0. */
  readonly labelSmoothing?: number;
  /** How images are varied while training, never those of validation; default: not at all. */
  readonly augmentation?: Augmentation;
};

/** What one epoch gave. `loss` and `accuracy` are means over the training images as they were seen, dropout included. */
export type EpochMetrics = {
  /** Counted from 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly learningRate: number;
  /** Wall time of the epoch, validation included. */
  readonly seconds: number;
  /** Training images over the time spent training. */
  readonly imagesPerSecond: number;
};
