import type { ScheduleSettings } from './learning-rate.ts';

/** Trains a model that begins with the weights of an earlier one in two stages: its head alone, then all of it. */
export type FineTuningSettings = {
  /** The first epochs, in which only the head is trained; default 0. */
  readonly frozenEpochs?: number;
  /** The learning rate of the epochs after them; default a tenth of `learningRate`. */
  readonly unfrozenLearningRate?: number;
};

/** Epochs with the same layers in training. Each stage has a schedule and a patience of its own. */
export type Stage = {
  /** Whether all layers but the head are frozen. */
  readonly isFrozen: boolean;
  /** How many epochs came before it. */
  readonly start: number;
  readonly epochs: number;
  readonly learningRate: number;
};

type Planned = FineTuningSettings & ScheduleSettings & { readonly epochs: number; readonly learningRate: number };

/** The stage of an epoch, counted from 1. */
export function stageOf(settings: Planned, epoch: number): Stage {
  const { frozenEpochs = 0, epochs, learningRate } = settings;
  if (frozenEpochs === 0) return { isFrozen: false, start: 0, epochs, learningRate };
  if (epoch <= frozenEpochs) return { isFrozen: true, start: 0, epochs: Math.min(frozenEpochs, epochs), learningRate };
  const { unfrozenLearningRate = learningRate / 10 } = settings;
  return { isFrozen: false, start: frozenEpochs, epochs: epochs - frozenEpochs, learningRate: unfrozenLearningRate };
}
