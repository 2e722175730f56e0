import type { Clock } from '../../core/clock.ts';
import { CrashedError, toRunError } from '../../core/errors.ts';
import type { StudyId, TrialId } from '../../core/ids.ts';
import type { ProcessIdentity } from '../../registry/process-identity.ts';
import type { RegistryDb } from '../../registry/registry-db.ts';
import { finishTrial, listTrials, requeueTrial, type TrialRow } from '../../registry/trials.ts';

/** How long a trial may give no sign of life before its process counts as gone; as long as a flow run may. */
export const TRIAL_LEASE_MS = 15_000;

export type OrphanWatch = {
  /** Takes running trials from processes that are gone; says how many wait again. */
  requeue(): Promise<number>;
};

type WatchOptions = {
  readonly db: RegistryDb;
  readonly clock: Clock;
  readonly studyId: StudyId;
  readonly owner: ProcessIdentity;
  readonly isAlive: (owner: ProcessIdentity) => boolean | Promise<boolean>;
  readonly maxRetries: number;
  readonly leaseMs: number;
};

/**
 * Looks for running trials whose process is gone: at once where that is known, else when the trial's heartbeat has not moved
 * for the lease time on this process's own monotonic clock, so that a wall clock that jumps takes nothing from anybody. They
 * wait again; one that was retried too often has failed.
 */
export function watchOrphans(options: WatchOptions): OrphanWatch {
  const { db, clock, studyId, owner: self, isAlive, leaseMs } = options;
  const seen = new Map<TrialId, { readonly beat: string; readonly sinceMs: number }>();
  const isSilent = ({ id, attempt, heartbeatSeq }: TrialRow): boolean => {
    const beat = `${attempt}/${heartbeatSeq}`;
    const nowMs = clock.monotonicMs();
    const before = seen.get(id);
    if (before?.beat === beat) return nowMs - before.sinceMs >= leaseMs;
    seen.set(id, { beat, sinceMs: nowMs });
    return false;
  };
  return {
    requeue: async () => {
      let requeued = 0;
      for (const trial of await listTrials(db, studyId, ['running'])) {
        const { owner } = trial;
        if (owner !== null && isSameProcess(owner, self)) continue;
        if (owner !== null && (await isAlive(owner)) && !isSilent(trial)) continue;
        if (await retryOrGiveUp(options, trial)) requeued += 1;
      }
      return requeued;
    },
  };
}

/** Whether two identities name the same process. */
export function isSameProcess(left: ProcessIdentity, right: ProcessIdentity): boolean {
  return (
    left.host === right.host &&
    left.bootId === right.bootId &&
    left.pid === right.pid &&
    left.processStart === right.processStart
  );
}

async function retryOrGiveUp(
  { db, clock, maxRetries }: WatchOptions,
  { id, attempt, retries, number, owner }: TrialRow,
): Promise<boolean> {
  if (retries < maxRetries) return requeueTrial(db, { id, attempt, retry: true });
  const error = new CrashedError(
    `The process that ran trial ${number} ended or gave no sign of life, and it was retried ${retries} times already.`,
    { details: { pid: owner?.pid ?? null, host: owner?.host ?? null } },
  );
  await finishTrial(db, { id, attempt, state: 'failed', error: toRunError(error), at: clock.now() });
  return false;
}

/** Makes failed trials wait again that were not retried too often; says how many. */
export async function retryFailedTrials(db: RegistryDb, studyId: StudyId, maxRetries: number): Promise<number> {
  let requeued = 0;
  for (const { id, attempt, retries } of await listTrials(db, studyId, ['failed'])) {
    if (retries < maxRetries && (await requeueTrial(db, { id, attempt, retry: true }))) requeued += 1;
  }
  return requeued;
}
