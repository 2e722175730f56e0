import { expect, test } from '@jest/globals';
import { identifyProcess } from '../../src/engine/this-process.ts';
import { getFlowRun } from '../../src/registry/flow-runs.ts';
import { getQueuedRun } from '../../src/registry/queued-runs.ts';
import { changeWorkPool } from '../../src/registry/work-pools.ts';
import { listWorkers } from '../../src/registry/workers.ts';
import { until, untilDead, withQueueProject } from '../helpers/queue-project.ts';
import { isAlive } from '../helpers/processes.ts';

const json = (text: string): unknown => JSON.parse(text);

test('a worker executes what waits by priority, each run in a fresh process that leads a group of its own', async () => {
  await withQueueProject(async ({ queue, cli, until: untilIn, history, effects, db }) => {
    const ids = [
      await queue('quick', { parameters: { name: 'late' } }),
      await queue('quick', { parameters: { name: 'urgent' }, priority: 1 }),
      await queue('lost'),
      await queue('quick', { parameters: { nmae: 'x' } }),
    ];
    const { code, stdout } = await cli('worker', 'start', '--once', '--json').ended;
    expect(code).toBe(0);
    expect((json(stdout) as { flowRuns: object[] }).flowRuns).toEqual([
      { id: ids[1], state: 'Completed' },
      { id: ids[0], state: 'Completed' },
      { id: ids[2], state: 'Failed' },
      { id: ids[3], state: 'Failed' },
    ]);
    expect(effects()).toEqual(['urgent', 'late']);
    const late = await untilIn(ids[0]!, 'Completed');
    const urgent = await untilIn(ids[1]!, 'Completed');
    expect(await history(ids[1]!)).toEqual(['Scheduled 1', 'Pending 1', 'Running 1', 'Completed 1']);
    expect(await history(ids[2]!)).toEqual(['Scheduled 1', 'Pending 1', 'Failed 1']);
    const [worker] = await listWorkers(db, { withEnded: true });
    expect(new Set([late.owner!.pid, urgent.owner!.pid, worker!.owner.pid]).size).toBe(3);
    expect((await getQueuedRun(db, ids[1]!))?.endedAt).not.toBeNull();
  });
});

test('a run whose process is killed is Crashed and, as its crash retries allow, tried again: finished tasks are kept', async () => {
  await withQueueProject(async ({ queue, cli, until: untilIn, history, effects, go, db }) => {
    const id = await queue('patient', { crashRetries: 1 });
    const fatal = await queue('deadly');
    const worker = cli('worker', 'start', '--limit', '2');
    await until(() => effects().includes('patient'));
    const { owner } = await untilIn(id, 'Running');
    expect(identifyProcess(owner!.pid)?.processGroup).toBe(owner!.pid);
    process.kill(owner!.pid, 'SIGKILL');
    await until(async () => (await getFlowRun(db, id))?.attempt === 2);
    go();
    await untilIn(id, 'Completed');
    expect(await history(id)).toEqual([
      ...['Scheduled 1', 'Pending 1', 'Running 1', 'Crashed 1'],
      ...['Scheduled 2', 'Pending 2', 'Running 2', 'Completed 2'],
    ]);
    expect(effects().filter((name) => name === 'first')).toHaveLength(1);
    await until(() => effects().includes('crash-hook'));
    await until(async () => (await getQueuedRun(db, fatal))?.endedAt !== null);
    expect(await untilIn(fatal, 'Crashed')).toMatchObject({
      attempt: 4,
      state: { reason: 'its process was killed by SIGKILL' },
    });
    worker.child.kill('SIGTERM');
    expect((await worker.ended).code).toBe(0);
  });
});

test('a killed worker leaves no process, and another one goes on with its run', async () => {
  await withQueueProject(async ({ queue, cli, until: untilIn, history, effects, go, db }) => {
    const id = await queue('patient', { crashRetries: 1 });
    const worker = cli('worker', 'start', '--limit', '2');
    await until(() => effects().includes('patient'));
    const { owner } = await untilIn(id, 'Running');
    worker.child.kill('SIGKILL');
    await untilDead(owner!.pid);
    go();
    expect((await cli('worker', 'start', '--once').ended).code).toBe(0);
    expect((await history(id)).slice(3)).toEqual(['Crashed 1', 'Scheduled 2', 'Pending 2', 'Running 2', 'Completed 2']);
    expect(await listWorkers(db)).toEqual([]);
  });
});

test('SIGTERM: a worker takes nothing more and lets its runs end; what is not done in the time of grace is killed and waits again', async () => {
  await withQueueProject(async ({ queue, cli, until: untilIn, effects, go, db }) => {
    const id = await queue('patient', { crashRetries: 2 });
    const brief = cli('worker', 'start', '--grace', '300ms');
    await until(() => effects().includes('patient'));
    const { owner } = await untilIn(id, 'Running');
    brief.child.kill('SIGTERM');
    expect((await brief.ended).code).toBe(0);
    expect(isAlive(owner!.pid)).toBe(false);
    expect(await getFlowRun(db, id)).toMatchObject({ attempt: 2, state: { kind: 'Scheduled' }, owner: null });

    const waiting = await queue('quick');
    const gentle = cli('worker', 'start');
    await untilIn(id, 'Running');
    gentle.child.kill('SIGTERM');
    await until(async () => (await listWorkers(db))[0]?.drainingAt !== null);
    go();
    expect((await gentle.ended).code).toBe(0);
    expect((await getFlowRun(db, id))?.state.kind).toBe('Completed');
    expect((await getFlowRun(db, waiting))?.state.kind).toBe('Scheduled');
    expect(await listWorkers(db)).toEqual([]);
  });
});

test('cancel: a waiting run is Cancelled at once and a running one within the second, and the worker goes on', async () => {
  await withQueueProject(async ({ queue, cli, until: untilIn, effects, db }) => {
    const running = await queue('patient');
    const worker = cli('worker', 'start');
    await until(() => effects().includes('patient'));
    const waiting = await queue('quick');
    const { stdout } = await cli('runs', 'cancel', waiting, running, '--json').ended;
    expect(json(stdout)).toMatchObject([{ answer: 'cancelled' }, { answer: 'requested' }]);
    expect((await getQueuedRun(db, waiting))?.endedAt).not.toBeNull();
    await untilIn(running, 'Cancelled');
    const next = await queue('quick');
    await untilIn(next, 'Completed');
    worker.child.kill('SIGTERM');
    await worker.ended;
    expect((await getFlowRun(db, waiting))?.state.kind).toBe('Cancelled');
  });
});

test('a run that computes without looking up is killed when it was cancelled, and when its worker is gone', async () => {
  await withQueueProject(async ({ queue, cli, until: untilIn, effects, db }) => {
    const [cancelled, orphaned] = [await queue('busy'), await queue('busy', { crashRetries: 0 })];
    const first = cli('worker', 'start', '--grace', '300ms');
    await until(() => effects().length === 1);
    const { owner } = await untilIn(cancelled, 'Running');
    await cli('runs', 'cancel', cancelled).ended;
    expect(await untilIn(cancelled, 'Cancelled')).toMatchObject({ attempt: 1 });
    expect(isAlive(owner!.pid)).toBe(false);

    await until(() => effects().length === 2);
    const { owner: left } = await untilIn(orphaned, 'Running');
    first.child.kill('SIGKILL');
    await untilDead(first.child.pid!);
    expect(isAlive(left!.pid)).toBe(true);
    const second = cli('worker', 'start', '--grace', '300ms');
    await untilIn(orphaned, 'Crashed');
    expect(isAlive(left!.pid)).toBe(false);
    expect(await listWorkers(db)).toHaveLength(1);
    second.child.kill('SIGTERM');
    await second.ended;
  });
});

test('two workers never execute one run twice, and a pool’s limit holds over both', async () => {
  await withQueueProject(async ({ queue, cli, history, effects, db }) => {
    await changeWorkPool(db, 'default', { concurrency: 2 });
    const ids = [];
    for (let count = 0; count < 8; count += 1) ids.push(await queue('quick'));
    const workers = [1, 2].map(() => cli('worker', 'start', '--once', '--limit', '2'));
    expect((await Promise.all(workers.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([0, 0]);
    for (const id of ids) {
      expect(await history(id)).toEqual(['Scheduled 1', 'Pending 1', 'Running 1', 'Completed 1']);
    }
    expect(effects()).toHaveLength(8);
  });
});
