import type { JsonObject } from './json.ts';
import type { CatchUp } from './schedule.ts';

/** What becomes of a time that comes while a run of the deployment is still open: it waits, is skipped, or takes its place. */
export type Overlap = 'queue' | 'skip' | 'cancel-running';

export const OVERLAPS = ['queue', 'skip', 'cancel-running'] as const satisfies readonly Overlap[];

/** How the runs of a deployment are made and run. */
export type DeploymentSpec = {
  /** With references for secrets; checked against the flow's schema when they were deployed. */
  readonly parameters: JsonObject;
  /** 1 goes first. */
  readonly priority: number;
  /** Runs at once; absent: as many as there are workers. */
  readonly concurrency?: number;
  /** Names of concurrency limits of which a run holds a slot each. */
  readonly limits: readonly string[];
  readonly overlap: Overlap;
  readonly catchUp: CatchUp;
  readonly maxLatenessMs: number;
  /** Further attempts when the process of a run crashes. */
  readonly crashRetries: number;
  readonly tags: readonly string[];
};

/**
 * What makes a run besides time. New data: `atLeast` samples that `source` has and that it has not fired for. Metric: the last
 * `points` values of a logged metric are all below, or above, a threshold. Flow: another flow's run ended so.
 */
export type Trigger = { readonly cooldownMs: number; readonly parameters: JsonObject } & (
  | { readonly kind: 'new-data'; readonly source: string; readonly atLeast: number }
  | {
      readonly kind: 'metric';
      readonly experiment: string;
      readonly metric: string;
      readonly direction: 'below' | 'above';
      readonly threshold: number;
      readonly points: number;
    }
  | { readonly kind: 'flow-completed' | 'flow-failed'; readonly flow: string }
);
