import { sql } from 'kysely';
import { openServices } from '../../bin/open-services.ts';
import type { AppServices } from '../../src/app/services.ts';
import { isSuccessful, TERMINAL_KINDS, type RunStateKind } from '../../src/core/run-state.ts';
import type { FlowRunRow } from '../../src/registry/flow-run-row.ts';
import { listFlowRuns } from '../../src/registry/flow-runs.ts';
import { markedProcesses } from './marked-processes.ts';
import { halfWritten } from './whole-files.ts';

/** Opens a project as a writing command does. */
export function openJob(folder: string): Promise<AppServices> {
  return openServices({ cwd: folder, env: {}, version: 'faults', readOnly: false });
}

/** What must hold once a killed job was reaped: nothing open, nothing left running, nothing half-written. */
export async function standsStill(services: AppServices, mark: string): Promise<string[]> {
  return [
    ...(await openRuns(services)),
    ...(await strayProcesses(mark)),
    ...(await halfWritten(services)),
    ...(await damages(services)),
  ];
}

async function openRuns({ registry }: AppServices): Promise<string[]> {
  const { db } = registry;
  const flows = await db
    .selectFrom('flow_runs')
    .select(['name', 'state_kind'])
    .where('state_kind', 'not in', TERMINAL_KINDS)
    .execute();
  const tasks = await db
    .selectFrom('task_runs')
    .select(['name', 'state_kind'])
    .where('state_kind', 'not in', TERMINAL_KINDS)
    .execute();
  const children = await db.selectFrom('child_processes').select('what').execute();
  return [
    ...[...flows, ...tasks].map((run) => `${run.name} is still ${run.state_kind}`),
    ...children.map(({ what }) => `a child process is still recorded: ${what}`),
  ];
}

/** A child may need a moment to notice that its channel is closed. */
async function strayProcesses(mark: string): Promise<string[]> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const left = markedProcesses(mark);
    if (left.length === 0) return [];
    if (performance.now() > deadline) return left.map(({ pid, command }) => `process ${pid} is left: ${command}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const PATIENCE_MS = 10_000;

async function damages({ registry }: AppServices): Promise<string[]> {
  const { rows } = await sql<{ quick_check: string }>`pragma quick_check`.execute(registry.db);
  return rows.filter((row) => row.quick_check !== 'ok').map((row) => `the registry is damaged: ${row.quick_check}`);
}

/** The job's flow run, when it came so far that there is one. */
export async function rootRun({ registry }: AppServices): Promise<FlowRunRow | undefined> {
  return (await listFlowRuns(registry.db, { parent: 'roots' }))[0];
}

/** The task runs that have succeeded, by id: at which attempt, and the name in their input that their side effect leaves. */
export async function finishedTasks({
  registry,
}: AppServices): Promise<Map<string, { readonly attempt: number; readonly name: string; readonly effect: string }>> {
  const rows = await registry.db
    .selectFrom('task_runs')
    .select(['id', 'name', 'attempt', 'state_kind', 'input_json'])
    .execute();
  const finished = rows.filter((row) => isSuccessful(row.state_kind as RunStateKind));
  return new Map(
    finished.map(({ id, name, attempt, input_json: json }) => {
      const input = JSON.parse(json) as { readonly name?: string } | null;
      return [id, { attempt, name, effect: input?.name ?? '' }];
    }),
  );
}

/** What is under way, for the report. */
export async function underWay({ registry }: AppServices): Promise<string> {
  const rows = await registry.db
    .selectFrom('task_runs')
    .select('task_name')
    .where('state_kind', 'not in', TERMINAL_KINDS)
    .execute();
  return rows.length === 0 ? 'between tasks' : [...new Set(rows.map((row) => row.task_name))].sort().join(', ');
}
