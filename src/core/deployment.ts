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
