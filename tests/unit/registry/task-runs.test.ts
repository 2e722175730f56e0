import { expect, test } from '@jest/globals';
import { newResultId } from '../../../src/core/ids.ts';
import type { TaskRunId } from '../../../src/core/ids.ts';
import type { RegistryDb } from '../../../src/registry/registry-db.ts';
import { beginFlowAttempt, writeFlowState } from '../../../src/registry/flow-run-states.ts';
import { findCachedResult, findLatestResult, getResult } from '../../../src/registry/results.ts';
import type { NewResult } from '../../../src/registry/results.ts';
import { listStateHistory } from '../../../src/registry/state-history.ts';
import {
  beginTaskAttempt,
  closeOpenTaskRuns,
  finishTaskRun,
  startTaskRun,
  writeTaskState,
} from '../../../src/registry/task-run-states.ts';
import {
  findTaskRun,
  findTaskRunByCall,
  getTaskRun,
  listTaskRuns,
  updateTaskProgress,
} from '../../../src/registry/task-runs.ts';
import { aFlowRun, aTaskRun, withRegistry } from './registry-fixture.ts';

const owner = { host: 'here', bootId: 'boot', pid: 7, processStart: '99' };
const result = (values: Partial<NewResult> = {}): NewResult => ({
  id: newResultId(),
  taskName: 'download',
  value: { kind: 'inline', json: '{"path":"p"}' },
  bytes: 12,
  createdAt: 3_000,
  ...values,
});
const kinds = async (db: RegistryDb, id: TaskRunId) =>
  (await listStateHistory(db, id)).map(({ attempt, state }) => `${attempt} ${state.kind}`);

test('a task run is recorded with its states and result, and found again by its call', async () => {
  await withRegistry(async (db) => {
    const flowRunId = await aFlowRun(db);
    const parent = await aTaskRun(db, flowRunId, { inputHash: 'h' });
    const id = await aTaskRun(db, flowRunId, { inputHash: 'h', parentTaskRunId: parent });
    const recorded = result();
    const end = {
      id,
      attempt: 1,
      flowRunId,
      flowAttempt: 1,
      to: { kind: 'Completed', at: 3_000 },
      result: recorded,
    } as const;
    expect(await finishTaskRun(db, end)).toBe(true);
    const call = { flowRunId, taskName: 'download', inputHash: 'h', callKey: '0' };
    expect(await findTaskRunByCall(db, { ...call, parentTaskRunId: parent })).toMatchObject({
      id,
      input: { url: 'u' },
      state: { kind: 'Completed', at: 3_000 },
      startedAt: 2_001,
      endedAt: 3_000,
      resultId: recorded.id,
    });
    expect((await findTaskRunByCall(db, { ...call, parentTaskRunId: null }))?.id).toBe(parent);
    expect(await findTaskRunByCall(db, { ...call, parentTaskRunId: null, callKey: '1' })).toBeUndefined();
    expect(await kinds(db, id)).toEqual(['1 Pending', '1 Running', '1 Completed']);
    expect((await getResult(db, recorded.id))?.value).toEqual({ kind: 'inline', json: '{"path":"p"}' });
    expect((await listTaskRuns(db, flowRunId)).map((run) => run.id)).toEqual([parent, id]);
    expect((await findTaskRun(db, flowRunId, id.slice(-8))).id).toBe(id);
  });
});

test('a call is recorded once, also without a parent', async () => {
  await withRegistry(async (db) => {
    const flowRunId = await aFlowRun(db);
    await aTaskRun(db, flowRunId, { inputHash: 'h' });
    await expect(aTaskRun(db, flowRunId, { inputHash: 'h' })).rejects.toThrow('UNIQUE');
    await aTaskRun(db, flowRunId, { inputHash: 'h', callKey: '1' });
  });
});

test('a stale attempt of the task writes nothing', async () => {
  await withRegistry(async (db) => {
    const flowRunId = await aFlowRun(db);
    const id = await aTaskRun(db, flowRunId);
    const fence = { id, flowRunId, flowAttempt: 1 };
    const failed = { kind: 'Failed', at: 3, error: { name: 'Error', code: 'X', message: 'm' } } as const;
    expect(await finishTaskRun(db, { ...fence, attempt: 1, to: failed })).toBe(true);
    const waiting = [{ kind: 'Scheduled', at: 4, scheduledFor: 9, retryAt: 9 }] as const;
    expect(await beginTaskAttempt(db, { ...fence, attempt: 3, states: waiting })).toBe(false);
    expect(await beginTaskAttempt(db, { ...fence, attempt: 2, states: waiting })).toBe(true);
    expect((await getTaskRun(db, id))?.state.kind).toBe('Scheduled');
    expect(await finishTaskRun(db, { ...fence, attempt: 1, to: { kind: 'Completed', at: 5 }, result: result() })).toBe(
      false,
    );
    const run = { ...fence, attempt: 2, from: ['Scheduled'], to: { kind: 'Running', at: 9 } } as const;
    expect(await writeTaskState(db, run)).toBe(true);
    expect(await writeTaskState(db, run)).toBe(false);
    expect(await finishTaskRun(db, { ...fence, attempt: 2, to: { kind: 'Completed', at: 10 } })).toBe(true);
    expect(await finishTaskRun(db, { ...fence, attempt: 2, to: { kind: 'Completed', at: 11 } })).toBe(false);
    expect(await kinds(db, id)).toEqual([
      '1 Pending',
      '1 Running',
      '1 Failed',
      '2 Scheduled',
      '2 Running',
      '2 Completed',
    ]);
    expect(await db.selectFrom('results').selectAll().execute()).toEqual([]);
  });
});

test('a stale process, whose flow run ended or went to another attempt, writes nothing', async () => {
  await withRegistry(async (db) => {
    const flowRunId = await aFlowRun(db);
    const id = await aTaskRun(db, flowRunId);
    const stale = { id, attempt: 1, flowRunId, flowAttempt: 1, to: { kind: 'Completed', at: 5 } } as const;
    const crashed = { kind: 'Crashed', at: 4, reason: 'gone' } as const;
    await writeFlowState(db, { id: flowRunId, attempt: 1, from: ['Running'], to: crashed });
    expect(await finishTaskRun(db, stale)).toBe(false);
    expect(await closeOpenTaskRuns(db, { flowRunId, flowAttempt: 1, to: crashed })).toBe(1);
    expect((await getTaskRun(db, id))?.state).toEqual(crashed);

    await beginFlowAttempt(db, { id: flowRunId, expectedAttempt: 1, owner, state: { kind: 'Running', at: 6 } });
    const running = [{ kind: 'Running', at: 7 }] as const;
    expect(await beginTaskAttempt(db, { ...stale, attempt: 2, states: running })).toBe(false);
    await expect(aTaskRun(db, flowRunId, { callKey: 'new' })).rejects.toThrow('fenced');
    expect(await beginTaskAttempt(db, { ...stale, flowAttempt: 2, attempt: 2, states: running })).toBe(true);
    expect(await finishTaskRun(db, { ...stale, attempt: 2 })).toBe(false);
    expect(await closeOpenTaskRuns(db, { flowRunId, flowAttempt: 1, to: crashed })).toBe(0);
    expect(await finishTaskRun(db, { ...stale, flowAttempt: 2, attempt: 2 })).toBe(true);
  });
});

test('progress is that of the running attempt', async () => {
  await withRegistry(async (db) => {
    const flowRunId = await aFlowRun(db);
    const id = await aTaskRun(db, flowRunId);
    const progress = { done: 3, total: 10, unit: 'files' };
    await updateTaskProgress(db, [
      { id, attempt: 1, progress },
      { id, attempt: 2, progress: { done: 9, unit: 'files' } },
    ]);
    expect((await getTaskRun(db, id))?.progress).toEqual(progress);
  });
});

test('the newest unexpired result answers for a cache key', async () => {
  await withRegistry(async (db) => {
    const flowRunId = await aFlowRun(db);
    const finish = async (recorded: NewResult) => {
      const id = await aTaskRun(db, flowRunId);
      await finishTaskRun(db, {
        id,
        attempt: 1,
        flowRunId,
        flowAttempt: 1,
        to: { kind: 'Completed', at: 1 },
        result: recorded,
      });
    };
    const lasting = result({ cacheKey: 'k', createdAt: 1, value: { kind: 'stored', storageHash: 'ab' } });
    const brief = result({ cacheKey: 'k', createdAt: 2, expiresAt: 10 });
    await finish(lasting);
    await finish(brief);
    expect((await findCachedResult(db, 'k', 9))?.id).toBe(brief.id);
    expect(await findCachedResult(db, 'k', 10)).toMatchObject({ id: lasting.id, value: lasting.value });
    expect((await findLatestResult(db, 'k'))?.id).toBe(brief.id);
    expect(await findCachedResult(db, 'other', 9)).toBeUndefined();
  });
});

test('a task run taken from the cache refers to the recorded result', async () => {
  await withRegistry(async (db) => {
    const flowRunId = await aFlowRun(db);
    const first = await aTaskRun(db, flowRunId);
    const recorded = result({ cacheKey: 'k' });
    const fence = { attempt: 1, flowRunId, flowAttempt: 1 };
    await finishTaskRun(db, { ...fence, id: first, to: { kind: 'Completed', at: 1 }, result: recorded });
    const second = await aTaskRun(db, flowRunId);
    const hit = { kind: 'Cached', at: 2, cacheKey: 'k' } as const;
    await finishTaskRun(db, { ...fence, id: second, to: hit, result: { id: recorded.id, recorded: true } });
    expect(await getTaskRun(db, second)).toMatchObject({ state: hit, resultId: recorded.id });
  });
});

test('a task of a flow run that does not exist is refused', async () => {
  await withRegistry(async (db) => {
    const flowRunId = await aFlowRun(db);
    const id = await aTaskRun(db, flowRunId);
    const start = {
      id,
      parentTaskRunId: null,
      taskName: 't',
      taskVersion: '1',
      tags: [],
      callKey: '0',
      inputHash: 'h',
      inputJson: '1',
      name: 't',
    };
    const states = [{ kind: 'Running', at: 1 }] as const;
    expect(await startTaskRun(db, { ...start, flowRunId: 'none' as never, flowAttempt: 1, states })).toBe(false);
  });
});
