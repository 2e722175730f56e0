import type { TrainerState } from './engines/training-engine.ts';
import type { EpochMetrics } from './training-settings.ts';

/** Everything `fit` needs to go on after an epoch as if it had never stopped. */
export type FitState = {
  /** Of the epochs that are done, from the first on. */
  readonly history: readonly EpochMetrics[];
  readonly best: BestEpoch;
  readonly trainer: TrainerState;
};

/** The epoch whose weights the model will have, counted from 1 (0: none yet), and they, in the order of `model.weights`. */
export type BestEpoch = { readonly epoch: number; readonly weights: readonly Float32Array[] };

/** Where a training that was killed finds how far it had come. */
export interface Checkpoint {
  /** What the last `write` of the same training left; undefined when there is nothing that can be used. */
  read(): Promise<FitState | undefined>;
  /** Never leaves half of a state, whatever happens meanwhile. */
  write(state: FitState): Promise<void>;
}
