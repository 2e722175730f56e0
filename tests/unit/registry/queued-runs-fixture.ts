import { newFlowRunId, newWorkerId } from '../../../src/core/ids.ts';
import type { FlowRunId, WorkerId } from '../../../src/core/ids.ts';
import { claimQueuedRun } from '../../../src/registry/claim-queued-run.ts';
import type { ClaimedRun } from '../../../src/registry/claim-queued-run.ts';
import { writeFlowState } from '../../../src/registry/flow-run-states.ts';
import { getFlowRun } from '../../../src/registry/flow-runs.ts';
import { insertQueuedRun } from '../../../src/registry/queued-runs.ts';
import type { NewQueuedRun } from '../../../src/registry/queued-runs.ts';
import type { RegistryDb } from '../../../src/registry/registry-db.ts';
import type { RunState } from '../../../src/core/run-state.ts';

export const OWNER = { host: 'here', bootId: 'boot', pid: 7, processStart: '99' };

/** A run that waits in the pool `default` since 1,000. */
export async function aQueuedRun(db: RegistryDb, values: Partial<NewQueuedRun> = {}): Promise<FlowRunId> {
  const id = values.id ?? newFlowRunId();
  await insertQueuedRun(db, {
    id,
    flowName: 'hello',
    name: `hello-${id.slice(-8)}`,
    parameters: {},
    tags: [],
    codeVersion: 'test',
    createdAt: 1_000,
    pool: 'default',
    scheduledFor: 1_000,
    ...values,
  });
  return id;
}

/** Takes the next run of a pool, at 2,000. */
export function claim(
  db: RegistryDb,
  values: { readonly pool?: string; readonly now?: number; readonly workerId?: WorkerId } = {},
): Promise<ClaimedRun | undefined> {
  return claimQueuedRun(db, { pool: 'default', workerId: newWorkerId(), owner: OWNER, now: 2_000, ...values });
}

/** Moves a run through states as the process that executes it does. */
export async function enter(db: RegistryDb, id: FlowRunId, ...states: readonly RunState[]): Promise<void> {
  for (const to of states) {
    const { attempt, state } = (await getFlowRun(db, id))!;
    if (!(await writeFlowState(db, { id, attempt, from: [state.kind], to }))) throw new Error('the fixture was fenced');
  }
}
