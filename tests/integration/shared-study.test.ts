import { expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { getStudy } from '../../src/registry/studies.ts';
import { listTrials } from '../../src/registry/trials.ts';
import { aStudy, temporaryRegistry } from '../helpers/studies.ts';

const script = fileURLToPath(new URL('../fixtures/study-process.js', import.meta.url));

function work(registryPath: string, studyId: string, logFile: string, trialMs: number): ChildProcess {
  return spawn(process.execPath, [script, registryPath, studyId, logFile, String(trialMs)], { stdio: 'inherit' });
}

type LogLine = { event: string; number: number; pid: number };

async function readLog(logFile: string): Promise<LogLine[]> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [event, number, pid] = line.split(' ') as [string, string, string];
      return { event, number: Number(number), pid: Number(pid) };
    });
}

test('two processes share a study and run no trial twice', async () => {
  const registry = await temporaryRegistry();
  const study = await aStudy(registry.db, { space: { x: { int: [1, 24] } } });
  const logFile = path.join(path.dirname(registry.path), 'log');
  const workers = [1, 2].map(() => work(registry.path, study.id, logFile, 60));
  const codes = await Promise.all(workers.map((worker) => once(worker, 'exit')));
  expect(codes).toEqual([
    [0, null],
    [0, null],
  ]);

  const log = await readLog(logFile);
  const begun = log.filter(({ event }) => event === 'begin').map(({ number }) => number);
  expect(begun.toSorted((left, right) => left - right)).toEqual(Array.from({ length: 24 }, (_, number) => number));
  expect(log.filter(({ event }) => event === 'best').map(({ number }) => number)).toEqual([23, 23]);
  const trials = await listTrials(registry.db, study.id);
  expect(trials.every(({ state, attempt }) => state === 'complete' && attempt === 1)).toBe(true);
  expect(trials.map(({ params }) => params.x)).toEqual(Array.from({ length: 24 }, (_, number) => number + 1));
  await registry.close();
});

test('a study whose process was killed with -9 goes on: finished trials are kept, the running ones run again', async () => {
  const registry = await temporaryRegistry();
  const study = await aStudy(registry.db);
  const logFile = path.join(path.dirname(registry.path), 'log');
  const killed = work(registry.path, study.id, logFile, 300);
  while ((await readLog(logFile)).filter(({ event }) => event === 'end').length < 2) await delay(20);
  while (((await readLog(logFile)).at(-1)?.event ?? '') !== 'begin') await delay(5);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  const before = await listTrials(registry.db, study.id);
  const complete = before.filter(({ state }) => state === 'complete').map(({ number }) => number);
  const running = before.filter(({ state }) => state === 'running').map(({ number }) => number);
  expect(running.length).toBeGreaterThan(0);

  const resumed = work(registry.path, study.id, logFile, 10);
  expect(await once(resumed, 'exit')).toEqual([0, null]);
  const again = (await readLog(logFile)).filter(({ event, pid }) => event === 'begin' && pid === resumed.pid);
  const expected = [0, 1, 2, 3, 4, 5].filter((number) => !complete.includes(number));
  expect(again.map(({ number }) => number).toSorted()).toEqual(expected);
  const after = await listTrials(registry.db, study.id);
  expect(after.map(({ number, state }) => [number, state])).toEqual(
    [0, 1, 2, 3, 4, 5].map((number) => [number, 'complete']),
  );
  expect(after.filter(({ attempt }) => attempt === 2).map(({ number }) => number)).toEqual(running);
  expect(await getStudy(registry.db, study.id)).toMatchObject({ state: 'finished' });
  await registry.close();
});
