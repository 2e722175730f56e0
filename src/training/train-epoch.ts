import type { Clock } from '../core/clock.ts';
import type { ReportProgress } from '../core/logger.ts';
import { overlap } from '../core/overlap.ts';
import type { Samples } from '../core/samples.ts';
import type { Augmenter } from './augment/augmenter.ts';
import { divergence } from './divergence.ts';
import { batchesOfEpoch } from './epoch-batches.ts';
import type { Trainer } from './engines/training-engine.ts';
import { stageOf } from './fine-tuning.ts';
import { learningRateAt } from './learning-rate.ts';
import type { EpochMetrics, TrainingSettings } from './training-settings.ts';

export type EpochToTrain = {
  readonly trainer: Trainer;
  readonly augmenter: Augmenter | undefined;
  readonly settings: TrainingSettings;
  readonly train: Samples;
  /** From 1. */
  readonly epoch: number;
  /** Of the epochs before. */
  readonly history: readonly EpochMetrics[];
};

/** What the steps of an epoch gave: means over its samples, and how it ended. */
export type TrainedEpoch = {
  readonly loss: number;
  readonly accuracy: number;
  /** Of the last step. */
  readonly learningRate: number;
  /** Of the last batches. */
  readonly lastLosses: readonly number[];
};

type EpochOptions = {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly progress?: ReportProgress;
};

/**
 * One pass over the training samples.
 * @throws TrainingError as soon as a batch's loss is not finite; the signal's reason.
 */
export async function trainEpoch(
  { trainer, augmenter, settings, train, epoch, history }: EpochToTrain,
  { clock, signal, progress }: EpochOptions,
): Promise<TrainedEpoch> {
  const stage = stageOf(settings, epoch);
  const stepsPerEpoch = Math.ceil(train.count / settings.batchSize);
  const lastLosses: number[] = [];
  const sums = { loss: 0, correct: 0, seen: 0 };
  let [started, learningRate, reportedMs] = [0, settings.learningRate, clock.monotonicMs()];
  const takeStep = async (batch: Samples) => {
    signal?.throwIfAborted();
    const place = { epoch: epoch - stage.start, step: started, stepsPerEpoch, history: history.slice(stage.start) };
    started += 1;
    const [step, rate] = [started, learningRateAt({ ...settings, ...stage }, place)];
    return { step, rate, count: batch.count, ...(await trainer.step(batch, rate)) };
  };
  for await (const taken of overlap(batchesOfEpoch(train, settings, epoch, augmenter), takeStep)) {
    const { step, loss } = taken;
    learningRate = taken.rate;
    if (!Number.isFinite(loss)) throw divergence(loss, { epoch, step, learningRate, lastLosses });
    lastLosses.push(loss);
    if (lastLosses.length > KEPT_LOSSES) lastLosses.shift();
    sums.loss += loss * taken.count;
    sums.correct += taken.correct;
    sums.seen += taken.count;
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
  return { loss: sums.loss / sums.seen, accuracy: sums.correct / sums.seen, learningRate, lastLosses };
}

const REPORT_EVERY_MS = 200;
const KEPT_LOSSES = 5;
