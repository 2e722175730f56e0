import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/core/clock.ts';
import { newFlowRunId, newTaskRunId } from '../../../src/core/ids.ts';
import type { FlowRunId, TaskRunId } from '../../../src/core/ids.ts';
import { insertFlowRun } from '../../../src/registry/flow-runs.ts';
import type { NewFlowRun } from '../../../src/registry/flow-runs.ts';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import type { RegistryDb } from '../../../src/registry/registry-db.ts';
import { startTaskRun } from '../../../src/registry/task-run-states.ts';
import type { TaskRunStart } from '../../../src/registry/task-run-states.ts';

/** A folder of its own, removed afterwards unless the body throws: a failing test leaves its database behind. */
export async function inTemporaryFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mlflow-ts-registry-'));
  await body(folder);
  rmSync(folder, { recursive: true, force: true });
}

/** Runs the body on a new registry in a real file. */
export async function withRegistry(body: (db: RegistryDb, path: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'registry.db');
    const registry = await openRegistry({ path, clock: systemClock });
    await body(registry.db, path).finally(() => registry.close());
  });
}

export async function aFlowRun(db: RegistryDb, values: Partial<NewFlowRun> = {}): Promise<FlowRunId> {
  const id = values.id ?? newFlowRunId();
  await insertFlowRun(db, {
    id,
    flowName: 'collect',
    name: `collect-${id.slice(-8)}`,
    state: { kind: 'Running', at: 1_000 },
    rootFlowRunId: id,
    parameters: { source: 'sample:signs' },
    tags: [],
    codeVersion: 'test',
    createdAt: 1_000,
    ...values,
  });
  return id;
}

export async function aTaskRun(
  db: RegistryDb,
  flowRunId: FlowRunId,
  values: Partial<TaskRunStart> = {},
): Promise<TaskRunId> {
  const id = values.id ?? newTaskRunId();
  const started = await startTaskRun(db, {
    id,
    flowRunId,
    flowAttempt: 1,
    parentTaskRunId: null,
    taskName: 'download',
    taskVersion: '1',
    tags: [],
    callKey: '0',
    inputHash: id,
    inputJson: '{"url":"u"}',
    name: 'download',
    states: [
      { kind: 'Pending', at: 2_000 },
      { kind: 'Running', at: 2_001 },
    ],
    ...values,
  });
  if (!started) throw new Error('the fixture was fenced');
  return id;
}
