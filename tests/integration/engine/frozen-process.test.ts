import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { systemClock, type Clock } from '../../../src/core/clock.ts';
import { isTerminal } from '../../../src/core/run-state.ts';
import {
  looksSilent,
  reapCrashedRuns,
  reapWhenSilent,
  type LeaseObservations,
} from '../../../src/engine/reap-crashed-runs.ts';
import { retryFlowRun } from '../../../src/engine/retry-flow-run.ts';
import type { FlowRunRow } from '../../../src/registry/flow-run-row.ts';
import { getFlowRun, listFlowRuns } from '../../../src/registry/flow-runs.ts';
import type { RegistryDb } from '../../../src/registry/registry-db.ts';
import { outer } from '../../fixtures/engine-flow.ts';
import { effectsIn, startHangingProcess, until, untilDead } from '../../helpers/engine-process.ts';
import { openEngine } from '../../helpers/engine.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function rootIn(db: RegistryDb): Promise<FlowRunRow> {
  return (await listFlowRuns(db, { parent: 'roots' }))[0]!;
}

test('false crash marking: a process frozen for longer than its lease loses the run to a retry, and when it wakes up it writes nothing, says so and ends', async () => {
  const leaseMs = 900;
  const hanging = await startHangingProcess({ leaseMs });
  folders.push(hanging.folder);
  const engine = await openEngine({ folder: hanging.folder });
  const { db } = engine.runtime.registry;
  const { id } = await rootIn(db);
  await until(async () => ((await getFlowRun(db, id))?.heartbeatSeq ?? 0) > 0);

  hanging.process.kill('SIGSTOP');
  const observations: LeaseObservations = new Map();
  await until(async () => (await reapCrashedRuns(db, { clock: systemClock, observations, leaseMs })).length === 1);
  expect((await rootIn(db)).state).toMatchObject({
    kind: 'Crashed',
    reason: expect.stringContaining('no sign of life'),
  });
  await untilDead(hanging.childPid);

  await rm(path.join(hanging.folder, 'hang'));
  expect(await retryFlowRun(outer, id, engine.runtime)).toMatchObject({ flowRun: { attempt: 2 }, result: 'done' });
  const tasks = await engine.taskStates(id);

  hanging.process.kill('SIGCONT');
  const told = JSON.parse(await hanging.ended) as { code: string; message: string };
  expect(told).toEqual({ code: 'FENCED', message: expect.stringMatching(/was taken over|is no longer at attempt 1/) });
  expect(await rootIn(db)).toMatchObject({ attempt: 2, state: { kind: 'Completed' }, result: 'done' });
  expect(await engine.taskStates(id)).toEqual(tasks);
  const effects = await effectsIn(hanging.folder);
  for (const finished of ['first', 'before', 'inner-first', 'inner-last', 'last']) {
    expect([finished, effects.filter((line) => line === finished)]).toEqual([finished, [finished]]);
  }
  await engine.close();
});

test('false crash marking: a process whose event loop is busy for longer than the lease stays alive, from the first moment on too', async () => {
  const [leaseMs, busyMs] = [1_500, 3_500];
  await Promise.all(
    [0, 400].map(async (idleMs) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'engine-'));
      folders.push(folder);
      const engine = await openEngine({ folder });
      const { db } = engine.runtime.registry;
      const script = fileURLToPath(new URL('../../fixtures/busy-process.js', import.meta.url));
      const busy = spawn(process.execPath, [script, folder, ...[leaseMs, idleMs, busyMs].map(String)], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const observations: LeaseObservations = new Map();
      await until(async () => {
        expect(await reapCrashedRuns(db, { clock: systemClock, observations, leaseMs })).toEqual([]);
        const [run] = await listFlowRuns(db);
        return run !== undefined && isTerminal(run.state.kind);
      });
      expect((await rootIn(db)).state.kind).toBe('Completed');
      await untilDead(busy.pid!);
      await engine.close();
    }),
  );
});

/** A clock on which waiting takes no time. */
function hurriedClock(): Clock {
  let ms = systemClock.now();
  return {
    now: () => ms,
    monotonicMs: () => ms,
    sleep: (wait) => {
      ms += wait;
      return Promise.resolve();
    },
  };
}

test('orphaned Running after crash: a run of a host that is gone, a container for instance, is ended once it was silent for the lease time', async () => {
  const hanging = await startHangingProcess();
  folders.push(hanging.folder);
  const engine = await openEngine({ folder: hanging.folder });
  const { db } = engine.runtime.registry;
  const elsewhere = async (): Promise<FlowRunRow> => {
    const { owner, id } = await rootIn(db);
    const owner_json = JSON.stringify({ ...owner, host: 'a-container-that-was-removed' });
    await db.updateTable('flow_runs').set({ owner_json }).where('id', '=', id).execute();
    return rootIn(db);
  };
  const run = await elsewhere();
  hanging.process.kill('SIGKILL');
  await hanging.ended;

  const clock = hurriedClock();
  expect(looksSilent(run, { clock })).toBe(false);
  expect(await reapCrashedRuns(db, { clock })).toEqual([]);
  await clock.sleep(60_000);
  expect(looksSilent(run, { clock })).toBe(true);
  expect(await reapWhenSilent(db, run.id, { clock })).toMatchObject({ state: { kind: 'Crashed' } });
  const open = (await listFlowRuns(db)).filter(({ state }) => !isTerminal(state.kind));
  expect(open).toEqual([]);
  process.kill(hanging.childPid, 'SIGKILL');
  await engine.close();
});
