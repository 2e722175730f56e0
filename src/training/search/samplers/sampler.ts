import type { SearchSpace, TrialParameters } from '../search-space.ts';

/** What a sampler may know of the trials that the study already has. */
export type PastTrial = {
  readonly number: number;
  readonly parameters: TrialParameters;
  readonly configHash: string;
  readonly state: 'waiting' | 'running' | 'complete' | 'pruned' | 'failed';
  /** One for each metric of the study; of a pruned trial what it reported last. Absent where it has none. */
  readonly values?: readonly number[];
  /** The last step that a pruned trial reported. */
  readonly lastStep?: number;
};

/**
 * The rule that picks the points of a study. A sampler holds no state: the same number and the same past give the same
 * point, so a study can be resumed by another process. It never suggests a point that the past holds already, and every
 * value it suggests lies in the space.
 */
export interface Sampler {
  readonly name: string;
  /** How many points it can suggest in all; undefined when there is no end. */
  size(space: SearchSpace): number | undefined;
  /** The point of the trial with this number (from 0), or undefined when all points are taken. */
  suggest(space: SearchSpace, number: number, past: readonly PastTrial[]): TrialParameters | undefined;
}
