import type { Clock } from '../core/clock.ts';
import { toRunError } from '../core/errors.ts';
import type { FlowRunId } from '../core/ids.ts';
import { isTerminal, type RunState } from '../core/run-state.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import { getFlowRun, listOwnedFlowRuns } from '../registry/flow-runs.ts';
import { appendLogs } from '../registry/logs.ts';
import type { RegistryDb } from '../registry/registry-db.ts';
import { closeFlowRunTree, endStrayChildren } from './close-flow-run-tree.ts';
import type { AnyFlow } from './flow-options.ts';
import { LEASE_MS } from './lease-times.ts';
import { isStopped, livenessOf } from './this-process.ts';

/** When a reaper first saw each run's heartbeat as it is now; the caller keeps it between its rounds. */
export type LeaseObservations = Map<
  FlowRunId,
  { readonly attempt: number; readonly heartbeatSeq: number; readonly sinceMs: number }
>;

export type ReapOptions = {
  readonly clock: Clock;
  /** With it, a run on another host, or of a process that is alive but frozen, is found crashed after the lease time. */
  readonly observations?: LeaseObservations;
  /** Default 15 s; what the runs' own processes go by. */
  readonly leaseMs?: number;
  /** Finds the flow of a crashed run, so that its hook can be called. */
  readonly findFlow?: (run: FlowRunRow) => Promise<AnyFlow | undefined>;
};

/**
 * Ends the flow runs whose process is gone as Crashed, with their running tasks, subflow runs and child processes: at once
 * when the owner was a process of this host and is dead; else only after its heartbeat did not move for the lease time on
 * this process's own monotonic clock, so that a wall clock that jumps crashes nobody. A run that was being cancelled ends
 * Cancelled. Children that an interrupted reaper left behind are ended too.
 * @returns the root runs that were ended.
 */
export async function reapCrashedRuns(db: RegistryDb, options: ReapOptions): Promise<FlowRunRow[]> {
  const roots = await listOwnedFlowRuns(db);
  forgetEnded(options.observations, roots);
  const ended: FlowRunRow[] = [];
  for (const run of roots) {
    const reaped = await reapIfGone(db, run, options);
    if (reaped !== undefined) ended.push(reaped);
  }
  await endStrayChildren(db);
  return ended;
}

/**
 * Whether nothing was heard of an open run for the lease time, going by the wall clock, though its process is not known to be
 * dead: it may be frozen, or on a host that is gone. Only `reapWhenSilent` finds out.
 */
export function looksSilent(run: FlowRunRow, { clock, leaseMs = LEASE_MS }: ReapOptions): boolean {
  if (isTerminal(run.state.kind) || run.owner === null || livenessOf(run.owner) === 'dead') return false;
  return clock.now() - (run.heartbeatAt ?? run.state.at) > leaseMs && mayBeSilent(run);
}

/**
 * Watches one run for the lease time and ends it as `reapCrashedRuns` does when it gives no sign of life in all that time.
 * @returns the run as it was ended; undefined when it lives or ended otherwise.
 */
export async function reapWhenSilent(
  db: RegistryDb,
  id: FlowRunId,
  options: ReapOptions,
): Promise<FlowRunRow | undefined> {
  const { clock, leaseMs = LEASE_MS } = options;
  const observations: LeaseObservations = new Map();
  let heartbeatSeq: number | undefined;
  for (;;) {
    const run = await getFlowRun(db, id);
    if (run === undefined || isTerminal(run.state.kind)) return undefined;
    heartbeatSeq ??= run.heartbeatSeq;
    if (run.heartbeatSeq !== heartbeatSeq || !mayBeSilent(run)) return undefined;
    const ended = await reapIfGone(db, run, { ...options, observations });
    if (ended !== undefined) return ended;
    await clock.sleep(leaseMs / 10);
  }
}

async function reapIfGone(db: RegistryDb, run: FlowRunRow, options: ReapOptions): Promise<FlowRunRow | undefined> {
  const why = whyGone(run, options);
  return why === undefined ? undefined : reapFlowRun(db, run, why, options);
}

/**
 * Ends a run of which the caller knows that its process is gone, as `reapCrashedRuns` does.
 * @returns the run as it was ended; undefined when it had ended, or begun another attempt, before.
 */
export async function reapFlowRun(
  db: RegistryDb,
  run: FlowRunRow,
  why: string,
  options: ReapOptions,
): Promise<FlowRunRow | undefined> {
  const state = stateOf(run, why, options.clock.now());
  if (!(await closeFlowRunTree(db, run, state))) return undefined;
  await callReapedHook(db, run, state, options);
  return { ...run, state };
}

type ReapedState = Extract<RunState, { kind: 'Crashed' | 'Cancelled' }>;

/** Who asked for a run to stop, and killed its process meanwhile, has it cancelled: it is nothing to be alarmed about. */
function stateOf({ state, cancelRequestedAt, cancelReason }: FlowRunRow, why: string, at: number): ReapedState {
  if (state.kind === 'Cancelling') return { kind: 'Cancelled', at, reason: `${state.reason}; ${why}` };
  if (cancelRequestedAt !== null) return { kind: 'Cancelled', at, reason: `${cancelReason ?? 'cancelled'}; ${why}` };
  return { kind: 'Crashed', at, reason: why };
}

function whyGone(run: FlowRunRow, { clock, observations, leaseMs = LEASE_MS }: ReapOptions): string | undefined {
  if (run.owner === null) return undefined;
  const { pid, host } = run.owner;
  if (livenessOf(run.owner) === 'dead') return `its process ${pid} on ${host} has ended`;
  if (observations === undefined || !mayBeSilent(run)) return undefined;

  const { attempt, heartbeatSeq } = run;
  const nowMs = clock.monotonicMs();
  const seen = observations.get(run.id);
  if (seen?.attempt !== attempt || seen.heartbeatSeq !== heartbeatSeq) {
    observations.set(run.id, { attempt, heartbeatSeq, sinceMs: nowMs });
    return undefined;
  }
  const silentMs = nowMs - seen.sinceMs;
  return silentMs < leaseMs
    ? undefined
    : `its process ${pid} on ${host} gave no sign of life for ${Math.round(silentMs)} ms`;
}

/**
 * Whether the heartbeat tells anything. It begins when the run is two seconds old; a living process of this host whose event
 * loop was busy from the first moment has not come to that yet, and only when it is stopped it counts as silent.
 */
function mayBeSilent({ owner, heartbeatAt }: FlowRunRow): boolean {
  if (owner === null) return false;
  return heartbeatAt !== null || livenessOf(owner) !== 'alive' || isStopped(owner.pid);
}

function forgetEnded(observations: LeaseObservations | undefined, open: readonly FlowRunRow[]): void {
  for (const id of observations?.keys() ?? []) {
    if (!open.some((run) => run.id === id)) observations?.delete(id);
  }
}

/** Calls the hook of a run that was ended from outside, where its flow can be found. One that fails is logged. */
export async function callReapedHook(
  db: RegistryDb,
  run: FlowRunRow,
  state: ReapedState,
  { clock, findFlow }: Pick<ReapOptions, 'clock' | 'findFlow'>,
): Promise<void> {
  const name = state.kind === 'Crashed' ? 'onCrash' : 'onCancellation';
  try {
    const flow = await findFlow?.(run);
    await flow?.options.hooks?.[name]?.({ flow: run.flowName, flowRunId: run.id, state });
  } catch (error) {
    const message = `The hook ${name} failed; the recorded state stays ${state.kind}: ${toRunError(error).message}`;
    await appendLogs(db, [{ flowRunId: run.id, taskRunId: null, level: 'error', message, at: clock.now() }]);
  }
}
