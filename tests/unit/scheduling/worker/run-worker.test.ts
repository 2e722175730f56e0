import { spawn } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { systemClock, type Clock } from '../../../../src/core/clock.ts';
import { newWorkerId } from '../../../../src/core/ids.ts';
import { listWorkers } from '../../../../src/registry/workers.ts';
import { sqliteDispatcher } from '../../../../src/scheduling/dispatcher.ts';
import { runWorker } from '../../../../src/scheduling/worker/run-worker.ts';
import type { WorkerOptions } from '../../../../src/scheduling/worker/worker-options.ts';
import { aQueuedRun, OWNER } from '../../registry/queued-runs-fixture.ts';
import { withRegistry } from '../../registry/registry-fixture.ts';
import type { RegistryDb } from '../../../../src/registry/registry-db.ts';

/** Waits a hundred times shorter. */
const hastyClock: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 100, signal) };

function optionsFor(db: RegistryDb, script: string): WorkerOptions {
  const worker = { id: newWorkerId(), name: 'w', pool: 'default', slots: 1, owner: OWNER, startedAt: 1 };
  const claimant = { pool: 'default', workerId: worker.id, owner: OWNER };
  return {
    db,
    clock: hastyClock,
    worker,
    dispatcher: sqliteDispatcher({ db, clock: hastyClock, claimant }),
    fork: () =>
      spawn(process.execPath, ['-e', script], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }),
    once: true,
    drain: new AbortController().signal,
    graceMs: 1_000,
    codeVersion: () => Promise.resolve('test'),
    endRun: (_run, why) => Promise.resolve(why),
    lookAfterOthers: () => Promise.resolve(),
    isStopped: () => false,
    tell: () => undefined,
  };
}

test('a worker whose processes end before they can take a run gives up and says so; its row tells that it has ended', async () => {
  await withRegistry(async (db) => {
    await aQueuedRun(db);
    const worker = runWorker(optionsFor(db, 'process.exit(1)'));
    await expect(worker).rejects.toMatchObject({
      code: 'ENVIRONMENT',
      message: expect.stringContaining('5 one after'),
    });
    expect(await listWorkers(db)).toEqual([]);
  });
});

test('what a run’s process dies of is told, and the registry being out of reach for a moment ends no worker', async () => {
  await withRegistry(async (db) => {
    await aQueuedRun(db);
    const told: unknown[] = [];
    const options = optionsFor(db, `process.send({ type: 'ready' }); process.on('message', () => process.exit(7))`);
    let refusals = 2;
    const { dispatcher } = options;
    await runWorker({
      ...options,
      dispatcher: {
        ...dispatcher,
        take: () => (refusals-- > 0 ? Promise.reject(new Error('locked')) : dispatcher.take()),
      },
      tell: (event) => told.push(event.type === 'ended' ? event.state : event.type),
    });
    expect(told).toEqual(['trouble', 'trouble', 'started', 'its process ended with exit code 7']);
  });
});
