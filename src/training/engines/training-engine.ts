import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Rows, Samples } from '../../core/samples.ts';

export const ENGINE_NAMES = ['onnx', 'cpu', 'tensorflow'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];
/** What can be asked for: an engine, or the fastest that can train the model. */
export const ENGINE_PREFERENCES = ['auto', ...ENGINE_NAMES] as const;
export type EnginePreference = (typeof ENGINE_PREFERENCES)[number];

/**
 * Runs training steps for a `LayersModel` that takes raw pixels `[batch, height, width, channels]` 0..255, or features
 * `[batch, features]`, and ends in a softmax over the classes: mean softmax cross-entropy, minimised by Adam (arXiv 1412.6980; β₁ 0.9, β₂ 0.999, ε 1e-7).
 * Equal models, batches and options give bit-identical weights in every run of the same engine and thread count.
 */
export interface TrainingEngine {
  readonly name: EngineName;
  /** The library that computes, and its version: `onnxruntime-node 1.30.0`. */
  readonly version: string;
  /** Why it is slower here than it could be, in half a sentence. */
  readonly handicap?: string;
  /** How it computes where it could do so in several ways, in half a sentence: part of what makes a training reproducible. */
  readonly manner?: string;
  /** Why this engine cannot train the model, in a sentence; undefined when it can. */
  refusal(model: LayersModel): Promise<string | undefined>;
  /** @throws TrainingError when the model cannot be trained by this engine. */
  createTrainer(model: LayersModel, options: TrainerOptions): Promise<Trainer>;
}

export type TrainerOptions = {
  /** Decides the dropout masks. */
  readonly seed: number;
  /** Cores to compute on; an engine may use fewer. */
  readonly threads: number;
  /** See TrainingSettings. */
  readonly labelSmoothing: number;
};

/** One model in training. Whether the model's own weights follow meanwhile is open: take them with `readWeights`. */
export interface Trainer {
  /** One optimiser step over a batch of any size. The batch is not changed. */
  step(batch: Samples, learningRate: number): Promise<StepResult>;
  /** Probabilities `[count, classes]` of that many rows under the current weights. */
  predict(inputs: Rows['inputs'], count: number): Promise<Float32Array>;
  /** Copies of the current weights, in the order of `model.weights`. */
  readWeights(): Promise<Float32Array[]>;
  /** A copy of all that the next step depends on besides its batch: one restored from it goes on bit-identically. */
  readState(): Promise<TrainerState>;
  /**
   * Goes on from a state that a trainer of the same engine, model and options gave.
   * @throws TrainingError naming what is missing, too much or of another size; nothing is changed then.
   */
  restore(state: TrainerState): Promise<void>;
  dispose(): Promise<void>;
}

/** `loss` is the batch's mean before the step, `correct` how many of its images were classified rightly. */
export type StepResult = { readonly loss: number; readonly correct: number };

/** `steps` taken so far decide, with the seed, what every random generator gives next; the tensors are weights and optimiser slots. */
export type TrainerState = { readonly steps: number; readonly tensors: Readonly<Record<string, StateTensor>> };
export type StateTensor = { readonly shape: readonly number[]; readonly data: Float32Array };
