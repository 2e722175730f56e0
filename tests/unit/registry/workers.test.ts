import { expect, test } from '@jest/globals';
import { newWorkerId } from '../../../src/core/ids.ts';
import { getFlowRun } from '../../../src/registry/flow-runs.ts';
import { beatWorker, insertWorker, listWorkerRuns, listWorkers, markWorker } from '../../../src/registry/workers.ts';
import {
  changeWorkPool,
  createWorkPool,
  deleteWorkPool,
  getWorkPool,
  listWorkPools,
} from '../../../src/registry/work-pools.ts';
import { aQueuedRun, claim, enter, OWNER } from './queued-runs-fixture.ts';
import { withRegistry } from './registry-fixture.ts';

const worker = { name: 'w', pool: 'default', slots: 2, owner: OWNER, startedAt: 1_000 };

test('a worker’s beat shows that it and its own open runs live, and tells which it has lost', async () => {
  await withRegistry(async (db) => {
    const id = newWorkerId();
    await insertWorker(db, { ...worker, id });
    const [mine, lost, ended] = [await aQueuedRun(db), await aQueuedRun(db), await aQueuedRun(db)];
    for (const workerId of [id, newWorkerId(), id]) await claim(db, { workerId });
    await enter(db, ended, { kind: 'Crashed', at: 2_500, reason: 'killed' });
    expect(await beatWorker(db, { id, at: 3_000, flowRunIds: [mine, lost, ended] })).toEqual(new Set([mine]));
    expect(await getFlowRun(db, mine)).toMatchObject({ heartbeatSeq: 1, heartbeatAt: 3_000 });
    expect(await getFlowRun(db, lost)).toMatchObject({ heartbeatSeq: 0, heartbeatAt: null });
    expect(await listWorkers(db)).toEqual([
      { ...worker, id, heartbeatSeq: 1, heartbeatAt: 3_000, drainingAt: null, endedAt: null },
    ]);
    expect((await listWorkerRuns(db)).get(id)).toEqual([mine]);
  });
});

test('a worker that has ended is forgotten a week later, and one that was thought dead and beats is there again', async () => {
  await withRegistry(async (db) => {
    const id = newWorkerId();
    await insertWorker(db, { ...worker, id });
    await markWorker(db, id, 'draining_at', 4_000);
    await markWorker(db, id, 'ended_at', 5_000);
    expect(await listWorkers(db)).toEqual([]);
    expect(await listWorkers(db, { withEnded: true })).toMatchObject([{ drainingAt: 4_000, endedAt: 5_000 }]);
    await beatWorker(db, { id, at: 6_000, flowRunIds: [] });
    expect(await listWorkers(db)).toHaveLength(1);
    await markWorker(db, id, 'ended_at', 7_000);
    await insertWorker(db, { ...worker, id: newWorkerId(), startedAt: 7_001 + 7 * 24 * 3_600_000 });
    expect(await listWorkers(db, { withEnded: true })).toHaveLength(1);
  });
});

test('pools are listed with what waits and runs in them; one that something needs is not deleted', async () => {
  await withRegistry(async (db) => {
    expect(await createWorkPool(db, { name: 'gpu', concurrency: 3, createdAt: 1 })).toBe(true);
    expect(await createWorkPool(db, { name: 'gpu', concurrency: 4, createdAt: 1 })).toBe(false);
    expect(await changeWorkPool(db, 'none', { concurrency: 1 })).toBe(false);
    await aQueuedRun(db, { pool: 'gpu' });
    const taken = await aQueuedRun(db, { pool: 'gpu', priority: 1 });
    await claim(db, { pool: 'gpu' });
    const nothing = { waiting: 0, running: 0, workers: 0, deployments: 0, pausedAt: null };
    const gpu = { ...nothing, name: 'gpu', concurrency: 3, waiting: 1, running: 1 };
    expect(await listWorkPools(db)).toEqual([{ ...nothing, name: 'default', concurrency: null }, gpu]);
    expect(await deleteWorkPool(db, 'gpu')).toEqual(gpu);
    await enter(db, taken, { kind: 'Crashed', at: 2_500, reason: 'killed' });
    await claim(db, { pool: 'gpu' });
    expect(await deleteWorkPool(db, 'gpu')).toMatchObject({ waiting: 0, running: 1 });
    await changeWorkPool(db, 'default', { pausedAt: 5 });
    expect(await getWorkPool(db, 'default')).toEqual({ name: 'default', concurrency: null, pausedAt: 5 });
  });
});
