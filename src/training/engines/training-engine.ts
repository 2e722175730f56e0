import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Examples, Rows } from '../../core/samples.ts';
import type { LabelKind } from '../losses/loss.ts';
import type { StepSettings } from '../step-settings.ts';

/** What can run training steps, see docs/engines.md. */
export const ENGINE_NAMES = ['onnx', 'cpu', 'tensorflow'] as const;
/** One of them. */
export type EngineName = (typeof ENGINE_NAMES)[number];
/** What can be asked for: an engine, or with `auto` the fastest that can train the model. */
export const ENGINE_PREFERENCES = ['auto', ...ENGINE_NAMES] as const;
/** An engine, or `auto`. */
export type EnginePreference = (typeof ENGINE_PREFERENCES)[number];

/**
 * Runs training steps for a `LayersModel` that takes raw pixels `[batch, height, width, channels]` 0..255, or features
 * `[batch, features]`, and gives a row of numbers for each: class probabilities or what the loss compares. Losses and
 * optimisers are the same in every engine. Equal models, batches and options give bit-identical weights in every run of the
 * same engine and thread count.
 */
export interface TrainingEngine {
  readonly name: EngineName;
  /** The library that computes, and its version: `onnxruntime-node 1.30.0`. */
  readonly version: string;
  /** Why it is slower here than it could be, in half a sentence. */
  readonly handicap?: string;
  /** How it computes where it could do so in several ways, in half a sentence: part of what makes a training reproducible. */
  readonly manner?: string;
  /** Why it can train nothing here: its library is missing; absent when it is there. */
  readonly absence?: string;
  /** Why this engine cannot train the model, in a sentence; undefined when it can. */
  refusal(model: LayersModel): Promise<string | undefined>;
  /** @throws TrainingError when the model cannot be trained by this engine. */
  createTrainer(model: LayersModel, options: TrainerOptions): Promise<Trainer>;
}

export type TrainerOptions = StepSettings & {
  /** Decides the dropout masks. */
  readonly seed: number;
  /** Cores to compute on; an engine may use fewer. */
  readonly threads: number;
  /** What batches are labelled with; default classes. */
  readonly labelled?: LabelKind;
  /** Factor of each sample's loss by its class; without it they count the same. Only with classes. */
  readonly classWeights?: readonly number[];
};

/** One model in training. Whether the model's own weights follow meanwhile is open: take them with `readWeights`. */
export interface Trainer {
  /** One optimiser step over a batch of any size, after those asked for before: none has to be waited for. The batch is not changed. */
  step(batch: Examples, learningRate: number): Promise<StepResult>;
  /** The model's outputs, probabilities `[count, classes]`, for that many rows under the current weights. */
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

/**
 * `loss` is the batch's mean before the step with all penalties, `correct` how many of its images were classified rightly (0 where
 * labels are numbers).
 */
export type StepResult = { readonly loss: number; readonly correct: number };

/** `steps` taken so far decide, with the seed, what every random generator gives next; the tensors are weights and optimiser slots. */
export type TrainerState = { readonly steps: number; readonly tensors: Readonly<Record<string, StateTensor>> };
export type StateTensor = { readonly shape: readonly number[]; readonly data: Float32Array };
