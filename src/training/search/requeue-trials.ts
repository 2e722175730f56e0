import type { StudyId } from '../../core/ids.ts';
import type { ProcessIdentity } from '../../registry/process-identity.ts';
import type { RegistryDb } from '../../registry/registry-db.ts';
import type { StudyRow } from '../../registry/studies.ts';
import { listTrials, requeueTrial } from '../../registry/trials.ts';

/** A trial that failed so often fails for a reason; resuming the study does not run it again. */
const MOST_ATTEMPTS = 3;

/** Makes running trials whose process is gone wait again; says how many. */
export async function requeueOrphanedTrials(study: {
  readonly db: RegistryDb;
  readonly study: StudyRow;
  readonly isAlive: (owner: ProcessIdentity) => boolean | Promise<boolean>;
}): Promise<number> {
  let requeued = 0;
  for (const { id, attempt, state, owner } of await listTrials(study.db, study.study.id)) {
    if (state !== 'running') continue;
    if (owner !== null && (await study.isAlive(owner))) continue;
    if (await requeueTrial(study.db, { id, attempt })) requeued += 1;
  }
  return requeued;
}

/** Makes failed trials wait again that were not tried too often; says how many. */
export async function requeueFailedTrials(db: RegistryDb, studyId: StudyId): Promise<number> {
  let requeued = 0;
  for (const { id, attempt, state } of await listTrials(db, studyId)) {
    if (state === 'failed' && attempt < MOST_ATTEMPTS && (await requeueTrial(db, { id, attempt }))) requeued += 1;
  }
  return requeued;
}
