import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Clock } from '../core/clock.ts';
import { TrainingError } from '../core/errors.ts';
import type { Samples } from '../core/samples.ts';
import type { ReportProgress } from '../core/logger.ts';
import { isAugmenting } from './augment/augmentation.ts';
import { startAugmenter, type Augmenter } from './augment/augmenter.ts';
import { checkTrainingInput } from './check-training-input.ts';
import { batchesOfEpoch } from './epoch-batches.ts';
import type { Trainer, TrainingEngine } from './engines/training-engine.ts';
import { accuracyOf, meanCrossEntropy } from './evaluate.ts';
import { predictInBatches } from './predict-in-batches.ts';
import type { Checkpoint, FitState } from './fit-state.ts';
import type { EpochMetrics, TrainingSettings } from './training-settings.ts';
import { writeWeights } from './weights.ts';

export type FitInput = {
  readonly model: LayersModel;
  readonly engine: TrainingEngine;
  readonly settings: TrainingSettings;
  readonly train: Samples;
  readonly validation: Samples;
};

export type FitOptions = {
  readonly clock: Clock;
  /** Looked at between steps. */
  readonly signal?: AbortSignal;
  /** Cores for the engine; default 1. Part of what makes a training reproducible. */
  readonly threads?: number;
  /** Told of every epoch in order, those of a checkpoint included. */
  readonly onEpoch?: (metrics: EpochMetrics) => void | Promise<void>;
  /** Read at the start and written after each epoch, before `onEpoch` is told of it: what was told is never done twice. */
  readonly checkpoint?: Checkpoint;
  /** In images, over all epochs; a few times a second. */
  readonly progress?: ReportProgress;
};

export type FitResult = {
  readonly history: readonly EpochMetrics[];
  /** Counted from 1: the epoch whose weights the model now has. */
  readonly bestEpoch: number;
  readonly stoppedEarly: boolean;
  /** How many epochs came from a checkpoint. */
  readonly resumedEpochs: number;
};

/**
 * Trains the model in place and leaves it with the weights of its best epoch: highest validation accuracy, then lowest
 * validation loss. Each epoch sees the training images in an order decided by the seed.
 * @throws TrainingError when data and model do not fit or the loss is not finite; the signal's reason when it is aborted
 * (the model's weights are then as they were or those of some step).
 */
export async function fit(input: FitInput, options: FitOptions): Promise<FitResult> {
  checkTrainingInput(input);
  const { model, engine, settings } = input;
  options.signal?.throwIfAborted();
  const trainer = await engine.createTrainer(model, {
    seed: settings.seed,
    threads: options.threads ?? 1,
    labelSmoothing: settings.labelSmoothing ?? 0,
  });
  const augmenter = augmenterFor(input);
  try {
    return await runEpochs(input, options, { trainer, augmenter });
  } finally {
    await Promise.all([trainer.dispose(), augmenter?.close()]);
  }
}

/** What works for a training while it goes on. */
type Workers = { readonly trainer: Trainer; readonly augmenter: Augmenter | undefined };

function augmenterFor({ settings, train }: FitInput): Augmenter | undefined {
  const { augmentation, seed } = settings;
  if (!isAugmenting(augmentation)) return undefined;
  const [height = 1, width = 1, channels = 1] = train.shape;
  return startAugmenter({ augmentation, seed, image: { height, width, channels } });
}

async function runEpochs(input: FitInput, options: FitOptions, workers: Workers): Promise<FitResult> {
  const { model, settings } = input;
  const { trainer } = workers;
  const start = await startState(options, trainer);
  const history: EpochMetrics[] = [...start.history];
  let { best } = start;
  const patience = settings.earlyStopping?.patience ?? Infinity;
  for (let epoch = history.length + 1; epoch <= settings.epochs && epoch - 1 - best.epoch < patience; epoch += 1) {
    const metrics = await runEpoch(input, options, workers, epoch);
    if (isBetter(metrics, history[best.epoch - 1])) best = { epoch, weights: await trainer.readWeights() };
    history.push(metrics);
    await saveState(options, trainer, { history, best });
    await options.onEpoch?.(metrics);
  }
  await writeWeights(model, best.weights);
  return {
    history,
    bestEpoch: best.epoch,
    stoppedEarly: history.length < settings.epochs,
    resumedEpochs: start.history.length,
  };
}

/** What the checkpoint has, the trainer set to it and its epochs told; or the state before the first epoch. */
async function startState(options: FitOptions, trainer: Trainer): Promise<Omit<FitState, 'trainer'>> {
  const saved = await options.checkpoint?.read();
  if (saved === undefined) return { history: [], best: { epoch: 0, weights: [] } };
  await trainer.restore(saved.trainer);
  for (const metrics of saved.history) await options.onEpoch?.(metrics);
  return saved;
}

async function saveState(
  { checkpoint }: FitOptions,
  trainer: Trainer,
  state: Omit<FitState, 'trainer'>,
): Promise<void> {
  if (checkpoint === undefined) return;
  await checkpoint.write({ ...state, trainer: await trainer.readState() });
}

function isBetter(metrics: EpochMetrics, best: EpochMetrics | undefined): boolean {
  if (best === undefined) return true;
  if (metrics.validationAccuracy !== best.validationAccuracy) {
    return metrics.validationAccuracy > best.validationAccuracy;
  }
  return metrics.validationLoss < best.validationLoss;
}

async function runEpoch(input: FitInput, options: FitOptions, workers: Workers, epoch: number): Promise<EpochMetrics> {
  const { settings, train, validation } = input;
  const { clock, signal } = options;
  const startedMs = clock.monotonicMs();
  const { loss, accuracy } = await trainEpoch(input, options, workers, epoch);
  const trainedMs = clock.monotonicMs();
  const probabilities = await predictInBatches(workers.trainer, validation, signal === undefined ? {} : { signal });
  const endedMs = clock.monotonicMs();
  const validationLoss = meanCrossEntropy(probabilities, validation.labels);
  if (!Number.isFinite(validationLoss)) throw divergence(epoch, settings.learningRate, validationLoss);
  return {
    epoch,
    loss,
    accuracy,
    validationLoss,
    validationAccuracy: accuracyOf(probabilities, validation.labels),
    learningRate: settings.learningRate,
    seconds: (endedMs - startedMs) / 1000,
    imagesPerSecond: train.count / Math.max((trainedMs - startedMs) / 1000, Number.EPSILON),
  };
}

async function trainEpoch(
  { settings, train }: FitInput,
  { clock, signal, progress }: FitOptions,
  { trainer, augmenter }: Workers,
  epoch: number,
): Promise<{ loss: number; accuracy: number }> {
  const sums = { loss: 0, correct: 0, seen: 0 };
  let reportedMs = clock.monotonicMs();
  for await (const batch of batchesOfEpoch(train, settings, epoch, augmenter)) {
    signal?.throwIfAborted();
    const { loss, correct } = await trainer.step(batch, settings.learningRate);
    if (!Number.isFinite(loss)) throw divergence(epoch, settings.learningRate, loss);
    sums.loss += loss * batch.count;
    sums.correct += correct;
    sums.seen += batch.count;
    const nowMs = clock.monotonicMs();
    if (nowMs - reportedMs < REPORT_EVERY_MS && sums.seen < train.count) continue;
    reportedMs = nowMs;
    progress?.({
      done: (epoch - 1) * train.count + sums.seen,
      total: settings.epochs * train.count,
      unit: 'images',
      label: `epoch ${epoch}/${settings.epochs}`,
    });
  }
  signal?.throwIfAborted();
  return { loss: sums.loss / sums.seen, accuracy: sums.correct / sums.seen };
}

const REPORT_EVERY_MS = 200;

function divergence(epoch: number, learningRate: number, loss: number): TrainingError {
  return new TrainingError(
    `The loss became ${loss} in epoch ${epoch} at learning rate ${learningRate}: training diverged. Lower the learning rate.`,
    { details: { epoch, learningRate } },
  );
}
