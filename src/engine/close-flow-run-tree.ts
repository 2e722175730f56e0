import { isTerminal, type RunState } from '../core/run-state.ts';
import {
  deleteChildProcess,
  listChildProcesses,
  listStrayChildProcesses,
  type ChildProcessRow,
} from '../registry/child-processes.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import { writeFlowState } from '../registry/flow-run-states.ts';
import { listFlowRunTree } from '../registry/flow-run-tree.ts';
import { getFlowRun } from '../registry/flow-runs.ts';
import type { RegistryDb } from '../registry/registry-db.ts';
import { withTransaction } from '../registry/registry-db.ts';
import { closeOpenTaskRuns } from '../registry/task-run-states.ts';
import { signalProcess } from './child-processes.ts';
import { livenessOf } from './this-process.ts';
import { kindsBefore } from './transition.ts';

/**
 * Ends a flow run from outside, because nobody runs it any more: its child processes on this machine are killed, and it,
 * its open task runs and its open subflow runs go to `to`.
 * @returns false when it had ended, or another attempt had begun, before.
 */
export async function closeFlowRunTree(
  db: RegistryDb,
  flowRun: Pick<FlowRunRow, 'id' | 'attempt'>,
  to: Extract<RunState, { kind: 'Crashed' | 'Cancelled' }>,
): Promise<boolean> {
  const tree = await listFlowRunTree(db, flowRun.id);
  const closed = await withTransaction(db, async (transaction) => {
    const current = await getFlowRun(transaction, flowRun.id);
    if (current?.attempt !== flowRun.attempt || isTerminal(current.state.kind)) return false;
    for (const id of [...tree].reverse()) {
      const { attempt } = (await getFlowRun(transaction, id)) ?? { attempt: 0 };
      await closeOpenTaskRuns(transaction, { flowRunId: id, flowAttempt: attempt, to });
      await writeFlowState(transaction, { id, attempt, from: kindsBefore(to.kind), to });
    }
    return true;
  });
  if (closed) {
    for (const id of tree) await endChildProcesses(db, await listChildProcesses(db, id));
  }
  return closed;
}

/** Ends the child processes of attempts that have ended: whoever ended the attempt died before it came to them. */
export async function endStrayChildren(db: RegistryDb): Promise<void> {
  await endChildProcesses(db, await listStrayChildProcesses(db));
}

async function endChildProcesses(db: RegistryDb, children: readonly ChildProcessRow[]): Promise<void> {
  for (const child of children) {
    const liveness = livenessOf(child);
    if (liveness === 'elsewhere') continue;
    if (liveness === 'alive') signalProcess(child.processGroup === null ? child.pid : -child.processGroup, 'SIGKILL');
    await deleteChildProcess(db, child.id);
  }
}
