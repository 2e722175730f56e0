import { expect, test } from '@jest/globals';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runTrainingProcess, type TrainingProcessOptions } from '../../../src/app/training-process.ts';
import { CancelledError, CrashedError, DataError } from '../../../src/core/errors.ts';
import type { Logger } from '../../../src/core/logger.ts';
import { isAlive } from '../../helpers/processes.ts';

const entry = new URL('../../fixtures/stub-training-child.js', import.meta.url);
const run = (behaviour: string, options: TrainingProcessOptions = {}, job: object = {}): Promise<unknown> =>
  runTrainingProcess(entry, { behaviour, ...job }, 'training cnn', options);

test('passes on epochs, progress and logs, registers the child and returns its result', async () => {
  const heard: unknown[] = [];
  const note =
    (level: string) =>
    (message: string, data: unknown): void =>
      void heard.push([level, message, data]);
  const log: Logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  const result = await run('answer', {
    log,
    onEpoch: (metrics) => heard.push(metrics.epoch),
    progress: (progress) => heard.push(progress),
    register: (child, what) => heard.push([typeof child.pid, what]),
  });
  expect(result).toEqual({ answer: 42 });
  expect(heard).toEqual([
    ['number', 'training cnn'],
    ['warn', 'using the CPU', { engine: 'cpu' }],
    { done: 1, total: 2, unit: 'epochs' },
    1,
  ]);
});

test("the child's own error arrives as the class it was", async () => {
  const failing = run('fail');
  await expect(failing).rejects.toBeInstanceOf(DataError);
  await expect(failing).rejects.toThrow('the cache is damaged');
});

test('an uncaught error shows its text from stderr', async () => {
  const failing = run('throw');
  await expect(failing).rejects.toBeInstanceOf(CrashedError);
  await expect(failing).rejects.toThrow(/exit code 1[^]*never caught/);
});

test('a killed child is a crash that names the signal and how far it came', async () => {
  const failing = run('die-of-memory');
  await expect(failing).rejects.toBeInstanceOf(CrashedError);
  await expect(failing).rejects.toThrow(/was killed by SIGKILL after 1 epochs.*memory/);
});

test('a child that says something unreadable is ended', async () => {
  await expect(run('babble')).rejects.toThrow('said something that cannot be read');
});

test('a child that stays after its result is ended and the result kept', async () => {
  let child = 0;
  await expect(run('linger-after-result', { register: ({ pid }) => (child = pid!) })).resolves.toBe('done');
  expect(isAlive(child)).toBe(false);
});

test('aborting ends a child that ignores SIGTERM and everything it started, after the grace time', async () => {
  const pidFile = path.join(await mkdtemp(path.join(tmpdir(), 'training-process-')), 'pids');
  const abort = new AbortController();
  const options: TrainingProcessOptions = {
    signal: abort.signal,
    graceMs: 200,
    onEpoch: () => abort.abort(new CancelledError('Ctrl-C')),
  };
  await expect(run('ignore-sigterm', options, { pidFile })).rejects.toThrow('Ctrl-C');
  const [child, grandchild] = (await readFile(pidFile, 'utf8')).split(' ').map(Number) as [number, number];
  await delay(100);
  expect(isAlive(child)).toBe(false);
  expect(isAlive(grandchild)).toBe(false);
});

test('an aborted signal starts nothing', async () => {
  await expect(run('answer', { signal: AbortSignal.abort(new CancelledError('stopped')) })).rejects.toThrow('stopped');
});
