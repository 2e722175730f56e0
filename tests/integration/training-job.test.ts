import { beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runTrainingJob } from '../../src/app/training-job.ts';
import { CancelledError, CrashedError, NotFoundError, ParameterError, TrainingError } from '../../src/core/errors.ts';
import type { EpochMetrics } from '../../src/training/training-settings.ts';
import { isAlive } from '../helpers/processes.ts';
import { aStudy, optimizeX, temporaryRegistry } from '../helpers/studies.ts';
import { tensorCacheOfHalves } from '../helpers/tensor-caches.ts';
import { longJob, shortJob } from '../helpers/training-jobs.ts';

let cache: string;

beforeAll(async () => {
  cache = await tensorCacheOfHalves();
});

describe('a training job', () => {
  test.each(['auto', 'cpu'] as const)(
    'trains with engine %s, tells each epoch, evaluates and saves',
    async (engine) => {
      const epochs: EpochMetrics[] = [];
      const saveTo = path.join(await mkdtemp(path.join(tmpdir(), 'trained-')), 'model');
      const job = shortJob(cache, { engine, evaluateOn: ['test'], saveTo });
      const result = await runTrainingJob(job, { onEpoch: (metrics) => epochs.push(metrics) });
      expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
      expect(result.history).toEqual(epochs);
      expect(result.validation.accuracy).toBe(epochs[result.bestEpoch - 1]!.validationAccuracy);
      expect(result.validation.accuracy).toBeGreaterThan(0.8);
      expect(result.engine).toMatchObject({ threads: 1, name: engine === 'cpu' ? 'cpu' : expect.any(String) });

      const { sampleIds, labels, predicted } = result.testPredictions!;
      const report = result.evaluations.test!;
      expect(new Set(sampleIds).size).toBe(report.samples);
      expect(labels.filter((label, index) => label === predicted[index])).toHaveLength(
        report.correct.filter(Boolean).length,
      );
      expect(report.accuracy).toBeGreaterThan(0.8);
      expect(result.modelFiles).toBe(saveTo);
      expect(await readdir(saveTo)).toContain('layers');
    },
  );

  test('gives the same weights again', async () => {
    const [first, second] = [await runTrainingJob(shortJob(cache), {}), await runTrainingJob(shortJob(cache), {})];
    const losses = (history: readonly EpochMetrics[]): number[] => history.map(({ validationLoss }) => validationLoss);
    expect(losses(first.history)).toEqual(losses(second.history));
  });

  test('tells where it diverged, with the epochs before', async () => {
    const job = shortJob(cache);
    const settings = { ...job.settings, optimizer: 'sgd', learningRate: 1e30 } as const;
    const failure = runTrainingJob({ ...job, settings }, {});
    await expect(failure).rejects.toBeInstanceOf(TrainingError);
    await expect(failure).rejects.toMatchObject({
      details: { epoch: 1, step: expect.any(Number), learningRate: 1e30 },
    });
  });

  test('tells what is wrong with its input as the error it is', async () => {
    await expect(runTrainingJob(shortJob('/nowhere/cache'), {})).rejects.toBeInstanceOf(NotFoundError);
    const unknown = shortJob(cache);
    const settings = { ...unknown.settings, architecture: { name: 'transformer', parameters: {} } };
    await expect(runTrainingJob({ ...unknown, settings }, {})).rejects.toBeInstanceOf(ParameterError);
    const negative = { ...unknown, settings: { ...unknown.settings, learningRate: -1 } };
    await expect(runTrainingJob(negative, {})).rejects.toThrow(/settings of the training do not fit[^]*learningRate/);
  });

  test('ends when it is aborted', async () => {
    const abort = new AbortController();
    let pid = 0;
    const training = runTrainingJob(longJob(cache), {
      signal: abort.signal,
      register: (child) => (pid = child.pid!),
      onEpoch: () => abort.abort(new CancelledError('Ctrl-C')),
    });
    await expect(training).rejects.toThrow('Ctrl-C');
    expect(isAlive(pid)).toBe(false);
  });

  test('ends when its parent is killed', async () => {
    const script = fileURLToPath(new URL('../fixtures/training-parent.js', import.meta.url));
    const pidFile = path.join(await mkdtemp(path.join(tmpdir(), 'orphan-')), 'pid');
    const parent = spawn(process.execPath, [script, cache, pidFile], { stdio: 'inherit' });
    const pid = Number(await untilWritten(pidFile));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    for (let waited = 0; waited < 5_000 && isAlive(pid); waited += 20) await delay(20);
    expect(isAlive(pid)).toBe(false);
  });
});

test('a trial whose process is killed fails as a crash and the study goes on', async () => {
  const registry = await temporaryRegistry();
  const study = await aStudy(registry.db, { space: { x: { int: [1, 3] } } });
  const outcome = await optimizeX(registry.db, study, {
    workers: 2,
    runTrial: async (trial, signal) => {
      const victim = trial.number === 1;
      const result = await runTrainingJob(victim ? longJob(cache) : shortJob(cache), {
        signal,
        register: ({ pid }) => {
          if (victim) setTimeout(() => process.kill(pid!, 'SIGKILL'), 300);
        },
      });
      return { value: result.validation.accuracy };
    },
  });
  expect(outcome).toMatchObject({ complete: 2, failed: 1 });
  expect(outcome.trials[1]).toMatchObject({
    state: 'failed',
    error: { name: CrashedError.name, code: 'CRASHED', message: expect.stringContaining('killed by SIGKILL') },
  });
  await registry.close();
});

async function untilWritten(file: string): Promise<string> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text !== '') return text;
    await delay(20);
  }
}
