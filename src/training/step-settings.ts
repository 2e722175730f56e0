import type { LossSettings } from './losses/loss.ts';
import type { OptimizerSettings } from './optimizers/optimizer.ts';

/** What every step of a training does besides running the model, as plain settings; what is left out has its default. */
export type StepSettings = LossSettings &
  OptimizerSettings & {
    /** Scales all gradients down together when their norm, over all weights, is above this. */
    readonly clipNorm?: number;
    /** Clips every element of every gradient to ± this; not together with clipNorm. */
    readonly clipValue?: number;
    /** Adds `l1 · Σ |weight|` over the trainable kernels to the loss; default 0. */
    readonly l1?: number;
    /** Adds `l2 · Σ weight²` over the trainable kernels to the loss; default 0. */
    readonly l2?: number;
  };
