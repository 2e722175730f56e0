import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Clock } from '../core/clock.ts';
import type { Samples } from '../core/samples.ts';
import type { ReportProgress } from '../core/logger.ts';
import { isAugmenting } from './augment/augmentation.ts';
import { startAugmenter, type Augmenter } from './augment/augmenter.ts';
import { checkTrainingInput } from './check-training-input.ts';
import { resolveClassWeights, type ClassWeights } from './class-weights.ts';
import { classProbabilities, labelledClasses } from './classifier.ts';
import { divergence } from './divergence.ts';
import { epochsSinceImprovement, isBetter } from './early-stopping.ts';
import type { Trainer, TrainerOptions, TrainingEngine } from './engines/training-engine.ts';
import { accuracyOf } from './evaluate.ts';
import { stageOf } from './fine-tuning.ts';
import { predictInBatches } from './predict-in-batches.ts';
import type { Checkpoint, FitState } from './fit-state.ts';
import { modelHead } from './head.ts';
import { lossOf } from './losses/loss.ts';
import { meanLoss } from './losses/mean-loss.ts';
import { startStages, type Stages } from './stages.ts';
import { trainEpoch } from './train-epoch.ts';
import type { EpochMetrics, TrainingSettings } from './training-settings.ts';
import { writeWeights } from './weights.ts';

export type FitInput = {
  readonly model: LayersModel;
  readonly engine: TrainingEngine;
  readonly settings: TrainingSettings;
  readonly train: Samples;
  readonly validation: Samples;
  /** In the order of the labels; for settings and errors that name classes. */
  readonly classNames?: readonly string[];
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
 * validation loss. Each epoch sees the training images in an order decided by the seed; with frozen epochs,
 * those train the head alone.
 * @throws TrainingError when data and model do not fit or the loss is not finite; the signal's reason when it is aborted
 * (the model's weights are then as they were or those of some step).
 */
export async function fit(input: FitInput, options: FitOptions): Promise<FitResult> {
  checkTrainingInput(input);
  const { model, engine, settings } = input;
  options.signal?.throwIfAborted();
  const { classWeights, ...step } = settings;
  const trainerOptions = { ...step, threads: options.threads ?? 1, ...weightsOfClasses(input, classWeights) };
  const stages = startStages(model, settings, () => engine.createTrainer(model, trainerOptions));
  const augmenter = augmenterFor(input);
  try {
    return await runEpochs(input, options, { stages, augmenter });
  } finally {
    await Promise.all([stages.close(), augmenter?.close()]);
  }
}

function weightsOfClasses(
  { model, train: { labels }, classNames }: FitInput,
  classWeights: ClassWeights = 'none',
): Pick<TrainerOptions, 'classWeights'> {
  const { classes } = labelledClasses(model);
  const resolved = resolveClassWeights(classWeights, { labels, classes, classNames });
  return resolved === undefined ? {} : { classWeights: resolved };
}

/** Whether the patience is over. A stage in which only the head is trained goes to its end. */
function isOver(settings: TrainingSettings, history: readonly EpochMetrics[]): boolean {
  const { earlyStopping } = settings;
  const { isFrozen, start } = stageOf(settings, history.length + 1);
  if (earlyStopping === undefined || isFrozen) return false;
  return epochsSinceImprovement(history.slice(start), earlyStopping) >= earlyStopping.patience;
}

/** What works for a training while it goes on. */
type Workers = { readonly stages: Stages; readonly augmenter: Augmenter | undefined };

function augmenterFor({ settings, train }: FitInput): Augmenter | undefined {
  const { augmentation, seed } = settings;
  if (!isAugmenting(augmentation)) return undefined;
  const [height = 1, width = 1, channels = 1] = train.shape;
  return startAugmenter({ augmentation, seed, image: { height, width, channels } });
}

async function runEpochs(input: FitInput, options: FitOptions, workers: Workers): Promise<FitResult> {
  const { model, settings } = input;
  const { stages } = workers;
  const start = await startState(options, stages);
  const history: EpochMetrics[] = [...start.history];
  let { best } = start;
  for (let epoch = history.length + 1; epoch <= settings.epochs && !isOver(settings, history); epoch += 1) {
    const trainer = await stages.trainerOf(epoch);
    const metrics = await runEpoch(input, options, { trainer, augmenter: workers.augmenter }, { epoch, history });
    if (isBetter(metrics, history[best.epoch - 1])) best = { epoch, weights: await stages.readWeights() };
    history.push(metrics);
    await saveState(options, trainer, { history, best });
    await options.onEpoch?.(metrics);
  }
  await stages.close();
  await writeWeights(model, best.weights);
  return {
    history,
    bestEpoch: best.epoch,
    stoppedEarly: history.length < settings.epochs,
    resumedEpochs: start.history.length,
  };
}

/** What the checkpoint has, the trainer set to it and its epochs told; or the state before the first epoch. */
async function startState(options: FitOptions, stages: Stages): Promise<Omit<FitState, 'trainer'>> {
  const saved = await options.checkpoint?.read();
  if (saved === undefined) return { history: [], best: { epoch: 0, weights: [] } };
  const trainer = await stages.trainerOf(saved.history.length);
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

async function runEpoch(
  input: FitInput,
  options: FitOptions,
  workers: { readonly trainer: Trainer; readonly augmenter: Augmenter | undefined },
  { epoch, history }: { readonly epoch: number; readonly history: readonly EpochMetrics[] },
): Promise<EpochMetrics> {
  const { model, settings, train, validation } = input;
  const { clock, signal } = options;
  const startedMs = clock.monotonicMs();
  const { loss, accuracy, learningRate, lastLosses } = await trainEpoch(
    { ...workers, settings, train, epoch, history },
    options,
  );
  const trainedMs = clock.monotonicMs();
  const outputs = await predictInBatches(workers.trainer, validation, signal === undefined ? {} : { signal });
  const endedMs = clock.monotonicMs();
  const validationLoss = meanLoss(lossOf(settings), modelHead(model).activation, outputs, validation.labels);
  if (!Number.isFinite(validationLoss)) throw divergence(validationLoss, { epoch, learningRate, lastLosses });
  return {
    ...{ epoch, loss, accuracy, validationLoss },
    validationAccuracy: accuracyOf(classProbabilities(outputs, validation.count), validation.labels),
    learningRate,
    seconds: (endedMs - startedMs) / 1000,
    imagesPerSecond: train.count / Math.max((trainedMs - startedMs) / 1000, Number.EPSILON),
  };
}
