import { afterAll, expect, test } from '@jest/globals';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  createTestHarness,
  flow,
  logArtifact,
  logMetric,
  logMetrics,
  logParam,
  logParams,
  setTags,
  task,
} from '../../src/index.ts';
import { listExperiments, showExperiment } from '../../src/app/experiments.ts';
import { listMetrics } from '../../src/registry/metrics.ts';
import { listTrainingRuns } from '../../src/registry/training-runs.ts';

const nothing = z.strictObject({});
const harness = await createTestHarness();
const { db } = harness.services.registry;
afterAll(() => harness.close());

test('what tasks and flow log is one training run, linked to the flow run and ended with it', async () => {
  const train = task({ name: 'train' }, async ({ epochs }: { epochs: number }) => {
    await Promise.resolve();
    logParams({ epochs, layers: [8, 16] });
    for (let epoch = 0; epoch < epochs; epoch += 1) logMetric('loss', 1 / (epoch + 1), { step: epoch });
  });
  const fit = flow({ name: 'fit', parameters: nothing }, async () => {
    logParam('seed', 7);
    await train.map([{ epochs: 3 }, { epochs: 3 }, { epochs: 3 }]);
    logMetrics({ accuracy: 0.9, f1: 0.8 });
    setTags({ team: 'signs', draft: true, year: 2026 });
  });
  const run = await harness.run(fit, {});
  expect(run.trainingRun).toEqual({
    experiment: 'fit',
    status: 'finished',
    params: { epochs: 3, layers: [8, 16], seed: 7 },
    metrics: { accuracy: 0.9, f1: 0.8, loss: 1 / 3 },
    tags: { team: 'signs', draft: 'true', year: '2026' },
  });
  const [row, ...others] = await listTrainingRuns(db, { flowRunId: run.id });
  expect(others).toEqual([]);
  expect(row).toMatchObject({ name: run.name, flowRunId: run.id, codeVersion: 'test' });
  expect((await listMetrics(db, row!.id, 'loss')).map(({ step }) => step)).toEqual([0, 1, 2]);
  const shown = await showExperiment(harness.services, 'fit');
  expect(shown.trainingRuns).toMatchObject([{ status: 'finished', metrics: { accuracy: 0.9 }, params: { seed: 7 } }]);
  expect(await listExperiments(harness.services)).toContainEqual(
    expect.objectContaining({ name: 'fit', trainingRuns: 1 }),
  );
});

test('the experiment is the one of the parameter, of mlflow-ts.yaml, or the flow itself', async () => {
  const log = (): void => logMetric('x', 1);
  const chosen = flow({ name: 'chosen', parameters: z.strictObject({ experiment: z.string().optional() }) }, log);
  expect((await harness.run(chosen, { experiment: 'night' })).trainingRun?.experiment).toBe('night');
  expect((await harness.run(chosen, {})).trainingRun?.experiment).toBe('chosen');
  const { project } = harness.services;
  const configFile = join(project.root, 'mlflow-ts.yaml');
  await writeFile(configFile, 'experiment: houses\n');
  await using configured = await createTestHarness({ services: { project: { ...project, configFile } } });
  expect((await configured.run(chosen, {})).trainingRun?.experiment).toBe('houses');
});

test('a failed run is failed, and its retry goes on with the same training run', async () => {
  let isBroken = true;
  const measure = task({ name: 'measure' }, () => {
    logParam('rate', 0.1);
    logMetric('loss', 0.5);
  });
  const finish = task({ name: 'finish' }, () => {
    if (isBroken) throw new Error('broken');
    logParam('rate', 0.2);
    logMetric('loss', 0.4, { step: 1 });
  });
  const train = flow({ name: 'train-again', parameters: nothing }, async () => {
    await measure();
    await finish();
  });
  const failed = await harness.run(train, {});
  expect(failed.trainingRun).toMatchObject({ status: 'failed', params: { rate: 0.1 }, metrics: { loss: 0.5 } });
  isBroken = false;
  const retried = await harness.retry(train, failed);
  expect(retried.trainingRun).toMatchObject({ status: 'finished', params: { rate: 0.2 }, metrics: { loss: 0.4 } });
  expect(retried.logs.map(({ message }) => message)).toContain(
    'Param rate was 0.1 in an earlier attempt and is now 0.2',
  );
  expect(await listTrainingRuns(db, { flowRunId: failed.id })).toHaveLength(1);
});

test('a retry that logs nothing itself completes the training run of the attempt before', async () => {
  let isBroken = true;
  const measure = task({ name: 'measure' }, () => logMetric('loss', 0.5));
  const train = flow({ name: 'train-once', parameters: nothing }, async () => {
    await measure();
    if (isBroken) throw new Error('broken');
  });
  const failed = await harness.run(train, {});
  expect(failed.trainingRun?.status).toBe('failed');
  isBroken = false;
  await harness.retry(train, failed);
  expect(await listTrainingRuns(db, { flowRunId: failed.id })).toMatchObject([{ status: 'finished', error: null }]);
});

test('a cancelled run is killed; a subflow has a training run of its own', async () => {
  const inner = flow({ name: 'inner-logs', parameters: nothing }, () => logMetric('x', 1));
  const stuck = task({ name: 'stuck' }, async (_, { services, signal }) => {
    logMetric('waiting', 1);
    await services.clock.sleep(3_600_000, signal);
  });
  const outer = flow({ name: 'outer-logs', parameters: nothing }, async () => {
    await inner({});
    await stuck();
  });
  const started = harness.start(outer, {});
  await started.reached('stuck', 'Running');
  started.cancel();
  expect((await started.ended).trainingRun).toMatchObject({ status: 'killed', metrics: { waiting: 1 } });
  expect((await showExperiment(harness.services, 'inner-logs')).trainingRuns).toMatchObject([{ status: 'finished' }]);
});

test('what cannot be logged is refused where it is logged', async () => {
  const attempt = (body: () => void) => harness.run(flow({ name: 'refused', parameters: nothing }, body), {});
  const refusals: [() => void, string][] = [
    [
      () => logMetric('loss', Number.NaN, { step: 3 }),
      'Metric loss at step 3 is NaN; a metric must be a finite number.',
    ],
    [() => logMetric('loss', Infinity), 'is Infinity'],
    [() => logMetric('loss', 1, { step: 0.5 }), 'The step of a metric is a whole number; received 0.5.'],
    [() => logMetric('../loss', 1), '"../loss" cannot name a metric'],
    [() => logParam('', 1), '"" cannot name a param'],
    [() => logParam('when', new Date(0) as never), 'param when is not JSON'],
    [() => logParam('text', 'x'.repeat(7_000)), 'Log it as an artifact.'],
    [() => setTags({ 'a//b': 'x' }), '"a//b" cannot name a tag'],
  ];
  for (const [body, message] of refusals) {
    const { state, error } = await attempt(body);
    expect([state.kind, error?.message]).toEqual(['Failed', expect.stringContaining(message)]);
  }
  const twice = await attempt(() => {
    logParam('epochs', 3);
    logParam('epochs', 3);
    logParam('epochs', 4);
  });
  expect(twice.error?.message).toContain('Param epochs was logged as 3 and cannot become 4');
  expect(twice.trainingRun).toMatchObject({ status: 'failed', params: { epochs: 3 } });
});

test('outside of a run a tracking call says so', () => {
  expect(() => logMetric('loss', 1)).toThrow('logMetric was called outside of a flow run.');
});

test('ten thousand metrics are written in a few writes, and the event loop goes on meanwhile', async () => {
  let longestMs = 0;
  const busy = flow({ name: 'busy', parameters: nothing }, async () => {
    for (let step = 0; step < 10_000; step += 1) logMetric('loss', step / 10_000, { step });
    let last = performance.now();
    const timer = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 5);
    await new Promise((resolve) => setTimeout(resolve, 400));
    clearInterval(timer);
  });
  const run = await harness.run(busy, {});
  const [row] = await listTrainingRuns(db, { flowRunId: run.id });
  expect(await listMetrics(db, row!.id)).toHaveLength(10_000);
  expect(longestMs).toBeLessThan(250);
});

test('artifacts are kept with the training run: files, folders, newer versions', async () => {
  const { root } = harness.services.project;
  await mkdir(join(root, 'plots/deep'), { recursive: true });
  await writeFile(join(root, 'plots/a.txt'), 'a');
  await writeFile(join(root, 'plots/deep/b.txt'), 'b');
  const plot = task({ name: 'plot' }, async () => {
    await logArtifact(join(root, 'plots'));
    await writeFile(join(root, 'plots/a.txt'), 'newer');
    await logArtifact(join(root, 'plots/a.txt'), 'plots/a.txt');
  });
  const plots = flow({ name: 'plots', parameters: nothing }, () => plot());
  const run = await harness.run(plots, {});
  expect(run.artifacts.map(({ key }) => key).sort()).toEqual(['plots/a.txt', 'plots/deep/b.txt']);
  const newest = run.artifacts.find(({ key }) => key === 'plots/a.txt');
  expect(await readFile(newest!.path!, 'utf8')).toBe('newer');
  const missing = flow({ name: 'missing', parameters: nothing }, () => logArtifact('no-such-file.txt'));
  expect((await harness.run(missing, {})).error?.message).toContain('logArtifact: there is no file or folder');
});
