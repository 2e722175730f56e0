import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { newWorkerId } from '../../../src/core/ids.ts';
import type { DeploymentId, ScheduleId } from '../../../src/core/ids.ts';
import { setConcurrencyLimit } from '../../../src/registry/concurrency-limits.ts';
import { getFlowRun, listFlowRuns } from '../../../src/registry/flow-runs.ts';
import { getQueuedRun, insertQueuedRun } from '../../../src/registry/queued-runs.ts';
import type { RegistryDb } from '../../../src/registry/registry-db.ts';
import { listStateHistory } from '../../../src/registry/state-history.ts';
import { changeWorkPool, createWorkPool } from '../../../src/registry/work-pools.ts';
import { aQueuedRun, claim, enter, OWNER } from './queued-runs-fixture.ts';
import { withRegistry } from './registry-fixture.ts';

test('a queued run waits as Scheduled, and is Pending and its worker’s once it was taken', async () => {
  await withRegistry(async (db) => {
    const id = await aQueuedRun(db, { priority: 5, limits: ['gpu'], crashRetries: 2 });
    expect(await getFlowRun(db, id)).toMatchObject({ state: { kind: 'Scheduled', scheduledFor: 1_000 }, owner: null });
    expect(await getQueuedRun(db, id)).toMatchObject({
      priority: 5,
      limits: ['gpu'],
      crashRetries: 2,
      waitsSince: 1_000,
    });

    const workerId = newWorkerId();
    expect(await claim(db, { workerId })).toEqual({ flowRunId: id, attempt: 1 });
    expect(await getFlowRun(db, id)).toMatchObject({ state: { kind: 'Pending', at: 2_000 }, owner: OWNER });
    expect(await getQueuedRun(db, id)).toMatchObject({ workerId, waitsSince: null, endedAt: null });
    expect((await listStateHistory(db, id)).map(({ state }) => state.kind)).toEqual(['Scheduled', 'Pending']);
    expect(await claim(db)).toBeUndefined();
  });
});

test('priority, then the time it was meant for, then age decide who goes first; what is not due yet waits', async () => {
  await withRegistry(async (db) => {
    const later = await aQueuedRun(db, { scheduledFor: 1_500 });
    const first = await aQueuedRun(db);
    const second = await aQueuedRun(db);
    const urgent = await aQueuedRun(db, { priority: 1, scheduledFor: 1_900 });
    const tomorrow = await aQueuedRun(db, { priority: 1, scheduledFor: 2_001 });
    const taken = [];
    for (let run = await claim(db); run !== undefined; run = await claim(db)) taken.push(run.flowRunId);
    expect(taken).toEqual([urgent, first, second, later]);
    expect((await claim(db, { now: 2_001 }))?.flowRunId).toBe(tomorrow);
  });
});

test('a run that was cancelled while it waited, or is of another pool, is not taken', async () => {
  await withRegistry(async (db) => {
    const cancelled = await aQueuedRun(db);
    await enter(db, cancelled, { kind: 'Cancelled', at: 1_500, reason: 'no' });
    await createWorkPool(db, { name: 'gpu', concurrency: null, createdAt: 1 });
    await aQueuedRun(db, { pool: 'gpu' });
    expect(await claim(db)).toBeUndefined();
    expect(await claim(db, { pool: 'gpu' })).toBeDefined();
  });
});

test('a paused pool and one that runs as much as it may give nothing; a run that has ended makes room, whoever ended it', async () => {
  await withRegistry(async (db) => {
    await changeWorkPool(db, 'default', { concurrency: 2, pausedAt: 1 });
    const ids = [await aQueuedRun(db), await aQueuedRun(db), await aQueuedRun(db)];
    expect(await claim(db)).toBeUndefined();
    await changeWorkPool(db, 'default', { pausedAt: null });
    expect([await claim(db), await claim(db), await claim(db)].map((run) => run?.flowRunId)).toEqual([
      ids[0],
      ids[1],
      undefined,
    ]);
    await enter(db, ids[0]!, { kind: 'Crashed', at: 2_500, reason: 'killed' });
    expect((await claim(db))?.flowRunId).toBe(ids[2]);
  });
});

test('a deployment runs as many at once as it may, and does not hold up the others behind it', async () => {
  await withRegistry(async (db) => {
    const deploymentId = await aDeployment(db, { concurrency: 1 });
    const first = await aQueuedRun(db, { deploymentId, priority: 1 });
    for (let more = 0; more < 120; more += 1) await aQueuedRun(db, { deploymentId, priority: 1 });
    const other = await aQueuedRun(db);
    expect((await claim(db))?.flowRunId).toBe(first);
    expect((await claim(db))?.flowRunId).toBe(other);
    expect(await claim(db)).toBeUndefined();
    await enter(db, first, { kind: 'Running', at: 3_000 }, { kind: 'Completed', at: 3_000 });
    expect(await claim(db)).toBeDefined();
  });
});

test('a named limit holds over all pools, counts a run that waits for its own retry, and is free as soon as its run has ended', async () => {
  await withRegistry(async (db) => {
    await setConcurrencyLimit(db, { name: 'gpu', slots: 1, at: 1 });
    await createWorkPool(db, { name: 'other', concurrency: null, createdAt: 1 });
    const first = await aQueuedRun(db, { limits: ['disk', 'gpu'] });
    await aQueuedRun(db, { pool: 'other', limits: ['gpu'] });
    expect((await claim(db))?.flowRunId).toBe(first);
    expect(await claim(db, { pool: 'other' })).toBeUndefined();
    await enter(db, first, { kind: 'Crashed', at: 2_500, reason: 'killed' });
    expect(await claim(db, { pool: 'other' })).toBeDefined();
    await aQueuedRun(db, { limits: ['gpu'] });
    expect(await claim(db)).toBeUndefined();
    await setConcurrencyLimit(db, { name: 'gpu', slots: 2, at: 2 });
    expect(await claim(db)).toBeDefined();
  });
});

test('a schedule makes one run for one time', async () => {
  await withRegistry(async (db) => {
    const scheduleId = 's' as ScheduleId;
    const first = await aQueuedRun(db, { scheduleId });
    const { id, ...again } = { ...(await getFlowRun(db, first))!, scheduleId, pool: 'default', scheduledFor: 1_000 };
    expect(await insertQueuedRun(db, { ...again, id: `${id}2` as typeof id, entrypoint: 'x' })).toBe(false);
    await aQueuedRun(db, { scheduleId, scheduledFor: 1_001 });
    expect(await listFlowRuns(db)).toHaveLength(2);
  });
});

test('two workers that reach for the same runs at once: each run is taken once', async () => {
  await withRegistry(async (db, path) => {
    for (let count = 0; count < 60; count += 1) await aQueuedRun(db);
    const script = fileURLToPath(new URL('../../fixtures/claiming-process.js', import.meta.url));
    const outputs = await Promise.all(
      [1, 2].map(() => promisify(execFile)(process.execPath, [script, path], { timeout: 30_000 })),
    );
    const taken = outputs.map(({ stdout }) => JSON.parse(stdout) as string[]);
    expect(taken.flat()).toHaveLength(60);
    expect(new Set(taken.flat()).size).toBe(60);
  });
});

async function aDeployment(db: RegistryDb, { concurrency }: { concurrency: number }): Promise<DeploymentId> {
  await createWorkPool(db, { name: 'default', concurrency: null, createdAt: 1 });
  await db
    .insertInto('deployments')
    .values({
      id: 'nightly',
      name: 'nightly',
      flow_name: 'hello',
      spec_json: JSON.stringify({ concurrency }),
      pool: 'default',
      created_at: 1,
      updated_at: 1,
    })
    .execute();
  return 'nightly' as DeploymentId;
}
