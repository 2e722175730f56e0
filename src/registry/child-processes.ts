import type { Selectable } from 'kysely';
import type { FlowRunId } from '../core/ids.ts';
import { TERMINAL_KINDS } from '../core/run-state.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { RegistryDb } from './registry-db.ts';
import type { ChildProcessesTable } from './run-tables.ts';

/** A process that a flow run started and that must not outlive it. */
export type ChildProcessRow = ProcessIdentity & {
  readonly id: string;
  readonly flowRunId: FlowRunId;
  readonly attempt: number;
  /** Set when the child leads a process group, which is then ended as a whole. */
  readonly processGroup: number | null;
  readonly what: string;
  readonly startedAt: number;
};

/** Records a child process right after it was started. */
export async function insertChildProcess(db: RegistryDb, child: ChildProcessRow): Promise<void> {
  await db
    .insertInto('child_processes')
    .values({
      id: child.id,
      flow_run_id: child.flowRunId,
      attempt: child.attempt,
      pid: child.pid,
      process_start: child.processStart,
      process_group: child.processGroup,
      boot_id: child.bootId,
      host: child.host,
      what: child.what,
      started_at: child.startedAt,
    })
    .execute();
}

/** Forgets a child process that has ended. */
export async function deleteChildProcess(db: RegistryDb, id: string): Promise<void> {
  await db.deleteFrom('child_processes').where('id', '=', id).execute();
}

/** The child processes of a flow run that were not seen to end. */
export async function listChildProcesses(db: RegistryDb, flowRunId: FlowRunId): Promise<ChildProcessRow[]> {
  const rows = await db
    .selectFrom('child_processes')
    .selectAll()
    .where('flow_run_id', '=', flowRunId)
    .orderBy('started_at')
    .execute();
  return rows.map(toChildProcess);
}

/** Child processes whose flow run has ended, or is at a later attempt. */
export async function listStrayChildProcesses(db: RegistryDb): Promise<ChildProcessRow[]> {
  const rows = await db
    .selectFrom('child_processes')
    .innerJoin('flow_runs', 'flow_runs.id', 'child_processes.flow_run_id')
    .selectAll('child_processes')
    .where((where) =>
      where.or([
        where('flow_runs.state_kind', 'in', TERMINAL_KINDS),
        where('flow_runs.attempt', '>', where.ref('child_processes.attempt')),
      ]),
    )
    .execute();
  return rows.map(toChildProcess);
}

function toChildProcess(row: Selectable<ChildProcessesTable>): ChildProcessRow {
  return {
    id: row.id,
    flowRunId: row.flow_run_id as FlowRunId,
    attempt: row.attempt,
    pid: row.pid,
    processStart: row.process_start,
    processGroup: row.process_group,
    bootId: row.boot_id,
    host: row.host,
    what: row.what,
    startedAt: row.started_at,
  };
}
