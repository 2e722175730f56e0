import type { ChildProcess } from 'node:child_process';
import type { FlowRunId, TaskRunId, TrainingRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Logger, ReportProgress } from '../core/logger.ts';

/** What a task body receives beside its input. */
export interface TaskContext<Services> {
  /** Aborted when the run is cancelled or its time is up; the reason is a CancelledError or TimeoutError. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly progress: ReportProgress;
  readonly services: Services;
  readonly artifacts: Artifacts;
  readonly children: Children;
  readonly run: TaskRunInfo;
}

/** What a flow body receives beside its parameters. */
export interface FlowContext<Services> {
  /** Aborted when the run is cancelled or its time is up; the reason is a CancelledError or TimeoutError. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly services: Services;
  readonly artifacts: Artifacts;
  readonly children: Children;
  readonly run: FlowRunInfo;
}

/** Which flow run, and which attempt of it. */
export type FlowRunInfo = { readonly flowRunId: FlowRunId; readonly flowAttempt: number };
/** Which task run, and which attempt of it; with its flow run. */
export type TaskRunInfo = FlowRunInfo & { readonly taskRunId: TaskRunId; readonly attempt: number };

/** Keeps what a run wants to show or hand over. The same key again is a newer version of the same artifact. */
export interface Artifacts {
  /** A text in Markdown. */
  markdown(key: string, text: string): Promise<void>;
  /** Rows with the same members. */
  table(key: string, rows: readonly Readonly<Record<string, Json>>[]): Promise<void>;
  /** An address. */
  link(key: string, url: string): Promise<void>;
  /** `bytes` in the form that `mediaType` names, e.g. `image/png`. */
  image(key: string, bytes: Uint8Array, mediaType: string): Promise<void>;
  /** Copies the file at `path` into storage. */
  file(key: string, path: string): Promise<void>;
  /** The same, for what belongs to a training run as well. */
  ofTrainingRun(id: TrainingRunId): Artifacts;
}

/** Child processes that must not outlive the run. Start them `detached`, so that they lead a process group of their own. */
export interface Children {
  /**
   * Records the child: it is ended when the run is cancelled or times out, and by the reaper when this process dies. When it
   * leads a process group and ends, what is left of the group is ended with it.
   */
  register(child: ChildProcess, what: string): void;
}
