import { SECOND_MS, type Clock } from '../core/clock.ts';
import { toRunError } from '../core/errors.ts';
import type { FlowRunId } from '../core/ids.ts';
import type { RunState } from '../core/run-state.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import { listOpenFlowRuns } from '../registry/flow-runs.ts';
import { appendLogs } from '../registry/logs.ts';
import type { RegistryDb } from '../registry/registry-db.ts';
import { closeFlowRunTree } from './close-flow-run-tree.ts';
import type { AnyFlow } from './flow-options.ts';
import { livenessOf } from './this-process.ts';

const LEASE_MS = 15 * SECOND_MS;

/** When a reaper first saw each run's heartbeat as it is now; the caller keeps it between its rounds. */
export type LeaseObservations = Map<
  FlowRunId,
  { readonly attempt: number; readonly heartbeatSeq: number; readonly sinceMs: number }
>;

export type ReapOptions = {
  readonly clock: Clock;
  /** With it, a run on another host, or of a process that is alive but frozen, is found crashed after the lease time. */
  readonly observations?: LeaseObservations;
  /** Finds the flow of a crashed run, so that its hook onCrash can be called. */
  readonly findFlow?: (run: FlowRunRow) => Promise<AnyFlow | undefined>;
};

/**
 * Ends the flow runs whose process is gone as Crashed, with their running tasks, subflow runs and child processes: at once
 * when the owner was a process of this host and is dead; else only after its heartbeat did not move for 15 s on this
 * process's own monotonic clock, so that a wall clock that jumps crashes nobody.
 * @returns the root runs that were ended.
 */
export async function reapCrashedRuns(db: RegistryDb, options: ReapOptions): Promise<FlowRunRow[]> {
  const open = await listOpenFlowRuns(db);
  const roots = open.filter((run) => run.parentFlowRunId === null);
  forgetEnded(options.observations, roots);
  const crashed: FlowRunRow[] = [];
  for (const run of roots) {
    const reason = whyCrashed(run, options);
    if (reason === undefined) continue;
    const state = { kind: 'Crashed', at: options.clock.now(), reason } as const;
    if (!(await closeFlowRunTree(db, run, state))) continue;
    crashed.push({ ...run, state });
    await callHook(db, run, state, options);
  }
  return crashed;
}

function whyCrashed(run: FlowRunRow, { clock, observations }: ReapOptions): string | undefined {
  if (run.owner === null) return undefined;
  const { pid, host } = run.owner;
  if (livenessOf(run.owner) === 'dead') return `its process ${pid} on ${host} has ended`;
  if (observations === undefined) return undefined;

  const { attempt, heartbeatSeq } = run;
  const nowMs = clock.monotonicMs();
  const seen = observations.get(run.id);
  if (seen?.attempt !== attempt || seen.heartbeatSeq !== heartbeatSeq) {
    observations.set(run.id, { attempt, heartbeatSeq, sinceMs: nowMs });
    return undefined;
  }
  const silentMs = nowMs - seen.sinceMs;
  return silentMs < LEASE_MS
    ? undefined
    : `its process ${pid} on ${host} gave no sign of life for ${Math.round(silentMs)} ms`;
}

function forgetEnded(observations: LeaseObservations | undefined, open: readonly FlowRunRow[]): void {
  for (const id of observations?.keys() ?? []) {
    if (!open.some((run) => run.id === id)) observations?.delete(id);
  }
}

async function callHook(
  db: RegistryDb,
  run: FlowRunRow,
  state: RunState,
  { clock, findFlow }: ReapOptions,
): Promise<void> {
  try {
    const flow = await findFlow?.(run);
    await flow?.options.hooks?.onCrash?.({ flow: run.flowName, flowRunId: run.id, state });
  } catch (error) {
    const message = `The hook onCrash failed; the recorded state stays Crashed: ${toRunError(error).message}`;
    await appendLogs(db, [{ flowRunId: run.id, taskRunId: null, level: 'error', message, at: clock.now() }]);
  }
}
