import { expect, test } from '@jest/globals';
import { ConflictError, NotFoundError } from '../../../src/core/errors.ts';
import { newArtifactId, newResultId, newTrainingRunId } from '../../../src/core/ids.ts';
import type { FlowRunId, TaskRunId } from '../../../src/core/ids.ts';
import { insertArtifact, listArtifacts } from '../../../src/registry/artifacts.ts';
import { insertChildProcess } from '../../../src/registry/child-processes.ts';
import { deletePiece, keepUnnamed, markFlowRunDeleted } from '../../../src/registry/delete-flow-run.ts';
import { discardTaskResults } from '../../../src/registry/discard-results.ts';
import { writeFlowState } from '../../../src/registry/flow-run-states.ts';
import { getFlowRun } from '../../../src/registry/flow-runs.ts';
import { appendLogs } from '../../../src/registry/logs.ts';
import type { RegistryDb } from '../../../src/registry/registry-db.ts';
import { findCachedResult } from '../../../src/registry/results.ts';
import { beginTaskAttempt, finishTaskRun } from '../../../src/registry/task-run-states.ts';
import { getTaskRun } from '../../../src/registry/task-runs.ts';
import { aFlowRun, aTaskRun, withRegistry } from './registry-fixture.ts';

const stored = (letter: string) => ({ kind: 'stored', storageHash: letter.repeat(64) }) as const;

async function complete(db: RegistryDb, flowRunId: FlowRunId, id: TaskRunId, letter?: string): Promise<void> {
  await finishTaskRun(db, {
    id,
    attempt: 1,
    flowRunId,
    flowAttempt: 1,
    to: { kind: 'Completed', at: 5 },
    result: {
      id: newResultId(),
      taskName: 'download',
      value: letter === undefined ? { kind: 'inline', json: '1' } : stored(letter),
      cacheKey: `key-${id}`,
      bytes: 1,
      createdAt: 5,
    },
  });
}

const end = (db: RegistryDb, id: FlowRunId) =>
  writeFlowState(db, { id, attempt: 1, from: ['Running'], to: { kind: 'Completed', at: 9 } });
const aSubflowRun = (db: RegistryDb, parent: FlowRunId, callKey: string, parentTaskRunId?: TaskRunId) =>
  aFlowRun(db, {
    parentFlowRunId: parent,
    rootFlowRunId: parent,
    callKey,
    ...(parentTaskRunId === undefined ? {} : { parentTaskRunId }),
  });

test('a deleted flow run takes all that belongs to it along and tells which stored files nothing needs any more', async () => {
  await withRegistry(async (db) => {
    const [run, other] = [await aFlowRun(db), await aFlowRun(db)];
    const subflowRun = await aSubflowRun(db, run, 'prep');
    await complete(db, run, await aTaskRun(db, run), 'a');
    await complete(db, subflowRun, await aTaskRun(db, subflowRun), 'b');
    await complete(db, other, await aTaskRun(db, other), 'b');
    await appendLogs(db, [{ flowRunId: subflowRun, taskRunId: null, level: 'info', message: 'm', at: 1 }]);
    const trainingRunId = newTrainingRunId();
    const artifact = { key: 'matrix', kind: 'image', createdAt: 1 } as const;
    await insertArtifact(db, { ...artifact, id: newArtifactId(), flowRunId: run, storageHash: 'c'.repeat(64) });
    await insertArtifact(db, {
      ...artifact,
      id: newArtifactId(),
      flowRunId: run,
      trainingRunId,
      storageHash: 'd'.repeat(64),
    });
    const identity = { host: 'h', bootId: 'b', pid: 1, processStart: '1' };
    await insertChildProcess(db, {
      id: 'x',
      flowRunId: run,
      attempt: 1,
      processGroup: null,
      what: 't',
      startedAt: 1,
      ...identity,
    });

    await end(db, run);
    await expect(markFlowRunDeleted(db, run, 9)).rejects.toThrow(ConflictError);
    await end(db, subflowRun);
    expect((await deleteCompletely(db, run)).sort()).toEqual(['a'.repeat(64), 'c'.repeat(64)]);

    expect(await getFlowRun(db, subflowRun)).toBeUndefined();
    expect(await db.selectFrom('task_runs').select('flow_run_id').execute()).toEqual([{ flow_run_id: other }]);
    expect(await db.selectFrom('results').selectAll().execute()).toHaveLength(1);
    expect(await db.selectFrom('logs').selectAll().execute()).toEqual([]);
    expect(await db.selectFrom('child_processes').selectAll().execute()).toEqual([]);
    expect(await db.selectFrom('state_history').selectAll().execute()).toHaveLength(4);
    expect(await listArtifacts(db, { trainingRunId })).toMatchObject([{ flowRunId: null }]);
    expect(await db.selectFrom('artifacts').selectAll().execute()).toHaveLength(1);
  });
});

test('a result that another run took from the cache stays when its first run is deleted', async () => {
  await withRegistry(async (db) => {
    const [run, other] = [await aFlowRun(db), await aFlowRun(db)];
    const first = await aTaskRun(db, run);
    await complete(db, run, first, 'a');
    const { resultId } = (await getTaskRun(db, first))!;
    const hit = await aTaskRun(db, other);
    const cached = { kind: 'Cached', at: 6, cacheKey: 'k' } as const;
    await finishTaskRun(db, {
      id: hit,
      attempt: 1,
      flowRunId: other,
      flowAttempt: 1,
      to: cached,
      result: { id: resultId!, recorded: true },
    });
    await end(db, run);
    expect(await deleteCompletely(db, run)).toEqual([]);
    expect(await findCachedResult(db, `key-${first}`, 10)).toMatchObject({ id: resultId });
  });
});

test('discarding from a task marks it, all that started later, and what holds them', async () => {
  await withRegistry(async (db) => {
    const root = await aFlowRun(db);
    const before = await aTaskRun(db, root, { taskName: 'metadata' });
    const holder = await aTaskRun(db, root, { taskName: 'chain' });
    const early = await aSubflowRun(db, root, 'collect');
    await complete(db, early, await aTaskRun(db, early, { taskName: 'download' }));
    const prep = await aSubflowRun(db, root, 'prep', holder);
    const read = await aTaskRun(db, prep, { taskName: 'read' });
    const decode = await aTaskRun(db, prep, { taskName: 'decode' });
    const inner = await aTaskRun(db, prep, { taskName: 'decode-one', parentTaskRunId: decode });
    const later = await aSubflowRun(db, root, 'hpo');
    const search = await aTaskRun(db, later, { taskName: 'search' });
    for (const id of [read, decode, inner]) await complete(db, prep, id);

    const count = await discardTaskResults(db, { flowRunId: root, taskName: 'decode', at: 77 });
    expect(count).toBe(4);
    const marked = await db.selectFrom('task_runs').select('id').where('discarded_at', '=', 77).orderBy('id').execute();
    expect(marked.map(({ id }) => id)).toEqual([holder, decode, inner, search]);
    const flows = await db.selectFrom('flow_runs').select('id').where('discarded_at', '=', 77).orderBy('id').execute();
    expect(flows.map(({ id }) => id)).toEqual([prep, later]);
    expect((await getTaskRun(db, before))?.discardedAt).toBeNull();
    expect(await findCachedResult(db, `key-${decode}`, 78)).toBeUndefined();
    expect(await findCachedResult(db, `key-${read}`, 78)).toBeDefined();

    const again = { id: decode, flowRunId: prep, flowAttempt: 1, attempt: 2 };
    await beginTaskAttempt(db, { ...again, states: [{ kind: 'Running', at: 80 }] });
    expect(await getTaskRun(db, decode)).toMatchObject({ discardedAt: null, resultId: null, attempt: 2 });
  });
});

test('discarding from an unknown task names the tasks there are', async () => {
  await withRegistry(async (db) => {
    const run = await aFlowRun(db);
    const from = { flowRunId: run, taskName: 'decode', at: 1 };
    await expect(discardTaskResults(db, from)).rejects.toThrow('no task yet');
    await aTaskRun(db, run, { taskName: 'read' });
    await expect(discardTaskResults(db, from)).rejects.toThrow(NotFoundError);
    await expect(discardTaskResults(db, from)).rejects.toThrow('Its tasks are: read');
  });
});

/** The stored files that nothing names any more. */
async function deleteCompletely(db: RegistryDb, id: FlowRunId): Promise<string[]> {
  expect(await markFlowRunDeleted(db, id, 9)).toBe(true);
  expect(await getFlowRun(db, id)).toBeUndefined();
  const hashes: string[] = [];
  for (let piece = await deletePiece(db); piece !== undefined; piece = await deletePiece(db)) {
    hashes.push(...piece.storageHashes);
  }
  return keepUnnamed(db, hashes);
}
