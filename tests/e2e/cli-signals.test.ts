import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AppServices } from '../../src/app/services.ts';
import { systemClock } from '../../src/core/clock.ts';
import { reapCrashedRuns } from '../../src/engine/reap-crashed-runs.ts';
import { withTransaction } from '../../src/registry/registry-db.ts';
import { openJob, rootRun, standsStill } from '../faults/inspect-job.ts';
import { MARK, markedProcesses } from '../faults/marked-processes.ts';
import type { signalFlows } from '../faults/signal-flows.ts';
import { startCli, type Started } from './run-cli.ts';

const script = fileURLToPath(new URL('../faults/signals-cli.js', import.meta.url));

let room: string;
beforeAll(async () => {
  room = await mkdtemp(path.join(tmpdir(), 'cli-signals-'));
});
afterAll(() => rm(room, { recursive: true, force: true }));

type Scene = Started & { readonly cwd: string; readonly mark: string };

/** Starts a flow and waits until it is where it stays. */
async function startAt(moment: keyof typeof signalFlows): Promise<Scene> {
  const cwd = await mkdtemp(path.join(room, `${moment}-`));
  await mkdir(path.join(cwd, '.mlflow-ts'));
  const started = startCli(['run', moment], { cwd, script, env: { [MARK]: cwd } });
  await started.stderrShows('here');
  return { ...started, cwd, mark: cwd };
}

async function look<Seen>(cwd: string, see: (services: AppServices) => Promise<Seen>): Promise<Seen> {
  const services = await openJob(cwd);
  try {
    return await see(services);
  } finally {
    await services.registry.close();
  }
}

async function whatIsLeft({ cwd, mark }: Scene): Promise<unknown> {
  return look(cwd, async (services) => ({
    state: (await rootRun(services))?.state.kind,
    problems: await standsStill(services, mark),
  }));
}

async function cancelAt(moment: keyof typeof signalFlows, signal: 'SIGINT' | 'SIGTERM'): Promise<unknown> {
  const scene = await startAt(moment);
  scene.child.kill(signal);
  const { code } = await scene.ended;
  return { moment, code, left: await whatIsLeft(scene) };
}

test('cancel: Ctrl-C at any moment ends the run Cancelled with exit code 130, and nothing is left open or running', async () => {
  const moments = [
    'before-the-first-task',
    'in-a-task',
    'in-a-retry-wait',
    'in-a-flow-retry-wait',
    'in-a-mapped-task',
    'in-a-subflow',
    'while-a-child-runs',
  ] as const;
  for (let at = 0; at < moments.length; at += 3) {
    const some = moments.slice(at, at + 3);
    expect(await Promise.all(some.map((moment) => cancelAt(moment, 'SIGINT')))).toEqual(
      some.map((moment) => ({ moment, code: 130, left: { state: 'Cancelled', problems: [] } })),
    );
  }
});

test('cancel: SIGTERM does the same with exit code 143, as a service manager wants it', async () => {
  const moments = ['in-a-subflow', 'while-a-child-runs'] as const;
  expect(await Promise.all(moments.map((moment) => cancelAt(moment, 'SIGTERM')))).toEqual(
    moments.map((moment) => ({ moment, code: 143, left: { state: 'Cancelled', problems: [] } })),
  );
});

test('cancel: a second Ctrl-C ends at once what does not listen, children and their children too', async () => {
  const scene = await startAt('while-a-deaf-child-runs');
  expect(markedProcesses(scene.mark).length).toBeGreaterThan(1);
  scene.child.kill('SIGINT');
  await scene.stderrShows('Cancelling');
  await pause(600);
  expect(markedProcesses(scene.mark).length).toBeGreaterThan(1);
  scene.child.kill('SIGINT');
  expect((await scene.ended).code).toBe(130);
  await pause(50);
  expect(markedProcesses(scene.mark)).toEqual([]);

  await look(scene.cwd, ({ registry }) => reapCrashedRuns(registry.db, { clock: systemClock }));
  expect(await whatIsLeft(scene)).toEqual({ state: 'Cancelled', problems: [] });
});

test('cancel: Ctrl-C while the end is being written leaves one end, and the exit code tells which', async () => {
  const scene = await startAt('at-the-end');
  await look(scene.cwd, ({ registry }) =>
    withTransaction(registry.db, async () => {
      // The body ends meanwhile; its end waits for this transaction.
      await pause(900);
      scene.child.kill('SIGINT');
      await pause(200);
    }),
  );
  const { code } = await scene.ended;
  const { state } = (await whatIsLeft(scene)) as { state: string };
  expect([
    ['Completed', 0],
    ['Cancelled', 130],
  ]).toContainEqual([state, code]);
  expect(await whatIsLeft(scene)).toMatchObject({ problems: [] });
});
