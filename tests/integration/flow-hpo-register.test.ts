import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { TrainingRunId } from '../../src/core/ids.ts';
import { modelCardSchema } from '../../src/models/model-card.ts';
import { readTestPredictions, testOutcome } from '../../src/models/test-predictions.ts';
import type { ArtifactRow } from '../../src/registry/artifacts.ts';
import { listArtifacts } from '../../src/registry/artifacts.ts';
import { listMetrics } from '../../src/registry/metrics.ts';
import { findStudy } from '../../src/registry/studies.ts';
import { findTrainingRun, listTrainingRuns } from '../../src/registry/training-runs.ts';
import { compareTrainingRuns } from '../../src/app/compare-training-runs.ts';
import { showExperiment } from '../../src/app/experiments.ts';
import { listModels, showModel } from '../../src/app/models.ts';
import { championOutcome } from '../../src/app/evaluation/champion-outcome.ts';
import { isSystemMetric } from '../../src/app/system-metrics.ts';
import { listTrials } from '../../src/app/trials.ts';
import { CORNERS, drawCorners, SHORT, temporaryProject, type TestProject } from '../helpers/project.ts';

const { space, trialEpochs, epochs, threads } = SHORT;

let project: TestProject;
beforeAll(async () => {
  project = await temporaryProject();
  await drawCorners(path.join(project.folder, 'corners', 'train'), 30);
  await drawCorners(path.join(project.folder, 'corners', 'test'), 4, 100);
  await project.run('collect', { source: 'folder:corners' });
  await project.run('prep', { imageSize: 16, decodeWorkers: 1 });
  await project.run('hpo', { space, trialEpochs, study: 'final' });
});

test('a study records its trials as training runs and goes on under its name', async () => {
  const { services, run } = project;
  const { trainingRuns: known } = await showExperiment(services, 'corners');
  const first = await run('hpo', { space, trialEpochs, study: 'resumed', trials: 1 });
  expect(first.result).toMatchObject({ study: { name: 'resumed', trials: 1, complete: 1, failed: 0 } });

  const second = await run('hpo', { space, trialEpochs, study: 'resumed' });
  expect(second.result).toMatchObject({ study: { trials: 2, complete: 2 }, best: { params: { filters: 4 } } });
  expect(second.messages.join('\n')).toContain('1 are complete already');

  const { trials } = await listTrials(services, 'resumed');
  expect(trials).toMatchObject([
    { trial: 0, state: 'complete', attempt: 1, params: { learningRate: 0.01 } },
    { trial: 1, state: 'complete', params: { learningRate: 0.003 } },
  ]);
  const { trainingRuns } = await showExperiment(services, 'corners');
  expect(trainingRuns).toHaveLength(known.length + 2);
  expect(trainingRuns[0]).toMatchObject({
    status: 'finished',
    params: { architecture: 'cnn', filters: 4, batchSize: 16 },
    metrics: { validationAccuracy: expect.any(Number), loss: expect.any(Number) },
  });
  const table = await artifact(second.flowRun.id, 'trials');
  expect(table.content).toHaveLength(2);
});

test('a study of the same name that searches something else is refused', async () => {
  await project.run('hpo', { space, trialEpochs, study: 'fixed', trials: 1 });
  const other = await project.run('hpo', { space, trialEpochs: 2, study: 'fixed', trials: 1 });
  expect(other.error).toMatchObject({ code: 'PARAMETER', message: expect.stringContaining('settings') });
});

test('a failed trial shows and does not end the study, unless that is asked for', async () => {
  const halving = { learningRate: { choice: [0.01] }, filters: { choice: [4] }, blocks: { choice: [2, 9] } };
  const outcome = await project.run('hpo', { space: halving, trialEpochs, study: 'lenient' });
  expect(outcome).toMatchObject({
    flowRun: { state: { kind: 'Completed' } },
    result: { study: { complete: 1, failed: 1 }, best: { trial: 0 } },
  });
  const { trials } = await listTrials(project.services, 'lenient');
  expect(trials[1]).toMatchObject({ state: 'failed', error: expect.stringContaining('needs at least 512×512 pixels') });

  const strict = await project.run('hpo', { space: halving, trialEpochs, study: 'strict', failOnFailedTrials: true });
  expect(strict).toMatchObject({ flowRun: { state: { kind: 'Failed' } }, error: { code: 'TRAINING' } });
});

test('a trial whose loss is no number fails and says where, its metrics until then stay, and the study goes on', async () => {
  const { services, run } = project;
  // Each step multiplies the weights by 1 − 2 × learning rate × l2.
  const growing = {
    ...space,
    learningRate: { choice: [0.01] },
    l2: { choice: [250, 0] },
    optimizer: { choice: ['sgd'] },
  };
  const outcome = await run('hpo', { space: growing, trialEpochs: 6, workers: 1, study: 'diverged' });
  expect(outcome).toMatchObject({
    flowRun: { state: { kind: 'Completed' } },
    result: { study: { complete: 1, failed: 1 }, best: { trial: 1 } },
  });
  const { trials } = await listTrials(services, 'diverged');
  expect(trials.map(({ state }) => state)).toEqual(['failed', 'complete']);
  const { error, trainingRun } = trials[0]!;
  expect(error).toMatch(/The loss became (NaN|Infinity) in epoch [2-6] at step \d+, .* the batches before had/);
  const recorded = await findTrainingRun(services.registry.db, trainingRun!);
  expect(recorded).toMatchObject({ status: 'failed', error: { code: 'TRAINING', message: error } });
  const { epoch, step } = recorded.error!.details as { readonly epoch: number; readonly step: number };
  expect(error).toContain(`in epoch ${epoch} at step ${step}, at learning rate 0.01`);
  const losses = await listMetrics(services.registry.db, recorded.id, 'loss');
  expect(losses.map((metric) => metric.step)).toEqual(Array.from({ length: epoch - 1 }, (_, at) => at + 1));
});

test('a search space that cannot be trained is refused before any trial, all problems at once', async () => {
  const outcome = await project.run('hpo', { space: { learnRate: { choice: [1] }, filters: { choice: ['many'] } } });
  expect(outcome.executed).not.toContain('run-trials');
  expect(outcome.error?.message).toMatch(/learnRate[\s\S]*learningRate[\s\S]*filters: "many"/);
});

test('a trial that falls behind is stopped in the middle of its training, which keeps what it measured', async () => {
  const { services, run } = project;
  const slow = { learningRate: { choice: [0.01, 1e-7] }, filters: { choice: [4] }, batchSize: { choice: [16] } };
  const outcome = await run('hpo', {
    ...{ space: slow, trialEpochs: 12, workers: 1, study: 'pruned' },
    ...{ metrics: ['validationLoss'], pruner: 'asha', prunerReductionFactor: 2 },
  });
  expect(outcome.result).toMatchObject({ study: { complete: 1, pruned: 1, failed: 0 }, best: { trial: 0 } });
  expect(outcome.messages.join('\n')).toMatch(/Trial 1 pruned: validation loss \d/);
  const { study, trials } = await listTrials(services, 'pruned');
  expect(study).toMatchObject({ metric: 'validationLoss', pruner: 'asha', pruned: 1 });
  expect(trials[1]).toMatchObject({ state: 'pruned', value: expect.any(Number), error: null });
  const trainingRun = trials[1]!.trainingRun as TrainingRunId;
  const losses = await listMetrics(services.registry.db, trainingRun, 'validationLoss');
  expect(losses.length).toBeLessThan(12);
  expect(losses[0]).toMatchObject({ step: 1 });
  const curves = await artifact(outcome.flowRun.id, 'intermediate-values');
  expect(curves).toMatchObject({ kind: 'image', mediaType: 'image/svg+xml' });
  const { trainingRuns } = await showExperiment(services, 'corners');
  expect(trainingRuns[0]).toMatchObject({ id: trainingRun, status: 'finished', tags: { trialState: 'pruned' } });
});

test('a pruner that does not fit the study is refused before any trial, all problems at once', async () => {
  const outcome = await project.run('hpo', {
    ...{ space, trialEpochs, metrics: ['validationAccuracy', 'parameters'] },
    ...{ pruner: 'median', prunerReductionFactor: 3 },
  });
  expect(outcome.executed).not.toContain('run-trials');
  expect(outcome.error?.message).toMatch(
    /prunerReductionFactor is no setting of pruner median[^]*one metric, and the study has 2: validationAccuracy, parameters/,
  );
});

test('a study of several metrics gives its Pareto list', async () => {
  const sizes = { learningRate: { choice: [0.01] }, filters: { choice: [2, 4] }, batchSize: { choice: [16] } };
  const metrics = ['validationAccuracy', 'parameters'];
  const outcome = await project.run('hpo', { space: sizes, trialEpochs: 1, study: 'several', metrics });
  const { pareto } = outcome.result as { readonly pareto: readonly { readonly values: Record<string, number> }[] };
  expect(pareto.length).toBeGreaterThan(0);
  expect(Object.keys(pareto[0]!.values)).toEqual(metrics);
  expect(pareto.map(({ values }) => values.parameters)).toContain(
    Math.min(...(await listTrials(project.services, 'several')).trials.map((trial) => trial.metrics.parameters!)),
  );
});

test('a cancelled study stops its trainings and is continued later', async () => {
  const { services, run } = project;
  const long = { space, trialEpochs: 2_000, study: 'cancelled', workers: 1 };
  const cancel = new AbortController();
  setTimeout(() => cancel.abort(new Error('enough')), 3_000);
  const outcome = await run('hpo', long, { signal: cancel.signal });
  expect(outcome.flowRun.state.kind).toBe('Cancelled');
  const { study, trials } = await listTrials(services, 'cancelled');
  expect(study).toMatchObject({ state: 'stopped', complete: 0 });
  expect(trials.map(({ state }) => state)).not.toContain('running');
  const runs = await listTrainingRuns(services.registry.db, { status: 'running' });
  expect(runs).toEqual([]);
});

test('register trains, ranks, evaluates, saves and promotes; the same again is kept', async () => {
  const { services, run } = project;
  const parameters = { study: 'final', model: 'corner-model', epochs, threads, finalists: 2 };
  const first = await run('register', parameters);
  expect(first).toMatchObject({
    flowRun: { state: { kind: 'Completed' } },
    result: {
      datasetVersion: expect.stringMatching(/^[0-9a-f]{64}$/),
      study: expect.any(String),
      model: { name: 'corner-model', version: 1, aliases: ['champion'] },
      metrics: {
        ...{ testAccuracy: expect.any(Number), validationAccuracy: expect.any(Number) },
        ...{ robustAccuracy: expect.any(Number), testCalibrationError: expect.any(Number) },
      },
      promotion: { decision: 'promoted', reason: expect.stringContaining('first champion') },
    },
  });
  expect((await artifact(first.flowRun.id, 'finalists')).content).toHaveLength(2);
  expect((await artifact(first.flowRun.id, 'per-class')).content).toMatchObject(
    CORNERS.map((name) => ({
      ...{ class: name, support: 4 },
      ...{ precision: expect.any(Number), robustPrecision: expect.any(Number), robustRecall: expect.any(Number) },
    })),
  );
  expect((await artifact(first.flowRun.id, 'calibration')).content).toHaveLength(15);
  expect(await artifact(first.flowRun.id, 'reliability')).toMatchObject({ mediaType: 'image/svg+xml' });
  expect(await artifact(first.flowRun.id, 'most-wrong')).toMatchObject({ kind: 'image', mediaType: 'image/png' });
  expect((await artifact(first.flowRun.id, 'confusion-matrix-table')).content).toHaveLength(3);
  expect(await artifact(first.flowRun.id, 'confusion-matrix')).toMatchObject({ kind: 'image', mediaType: 'image/png' });
  expect((await artifact(first.flowRun.id, 'summary')).content).toContain('# corner-model version 1 (champion)');

  const folder = path.join(services.project.modelsDir, 'corner-model', '1');
  expect((await readdir(folder)).sort()).toEqual(['layers', 'model.json', 'model.onnx', 'test-predictions.json']);
  const card = modelCardSchema.parse(JSON.parse(await readFile(path.join(folder, 'model.json'), 'utf8')));
  expect(card).toMatchObject({
    synthetic: false,
    codeVersion: 'test',
    parameters: { learningRate: expect.any(Number) },
  });
  const epochsLogged = await listMetrics(services.registry.db, card.trainingRun as TrainingRunId, 'validationLoss');
  expect(epochsLogged.map(({ step }) => step)).toEqual(expect.arrayContaining([1, 2, 3]));
  const cpu = await listMetrics(
    services.registry.db,
    card.trainingRun as TrainingRunId,
    'system/process_cpu_utilization_percentage',
  );
  expect(cpu.map(({ step }) => step)).toEqual(cpu.map((_, index) => index));
  expect(cpu.length).toBeGreaterThan(0);
  expect(await readdir(path.join(services.project.home, 'work'))).toEqual([]);

  const second = await run('register', parameters);
  expect(second.result).toMatchObject({
    model: { version: 2, aliases: [] },
    promotion: { decision: 'kept', reason: expect.stringContaining('not better than the champion') },
  });
  expect(await showModel(services, 'corner-model')).toMatchObject({
    decisions: [
      {
        version: 2,
        numbers: {
          comparison: { interval: { change: 0, low: 0, high: 0, level: 0.95 } },
          robust: { commonSamples: 12, onlyChallengerRight: 0, interval: { change: 0 } },
        },
      },
      { version: 1 },
    ],
  });
  expect((second.result as { metrics: unknown }).metrics).toEqual((first.result as { metrics: unknown }).metrics);
  expect(await listModels(services)).toMatchObject([{ name: 'corner-model', versions: 2, aliases: { champion: 1 } }]);
});

test('a champion that has not seen the test samples is asked about them, as they are and disturbed', async () => {
  const { services } = project;
  const name = 'corner-model';
  const folder = path.join(services.project.modelsDir, name, '1');
  const predictions = (await readTestPredictions(folder))!;
  const study = await findStudy(services.registry.db, 'final');
  await rm(path.join(folder, 'test-predictions.json'));
  const outcome = await championOutcome(
    services,
    { name, version: 1, study, predictions },
    new AbortController().signal,
  );
  const { sampleIds, correct, robustCorrect } = testOutcome(predictions);
  expect(outcome).toEqual({ sampleIds, correct, robustCorrect });
  expect(robustCorrect).toHaveLength(12);
});

test('the manual gate saves and never promotes, and says what superior would have done', async () => {
  const { services, run } = project;
  const parameters = { study: 'final', model: 'by-hand', epochs, threads, gate: 'manual', systemMetrics: false };
  const outcome = await run('register', parameters);
  expect(outcome.result).toMatchObject({
    model: { aliases: [] },
    promotion: { decision: 'kept', reason: expect.stringContaining('models promote by-hand/1') },
  });
  const byHand = await showModel(services, 'by-hand');
  expect(byHand).toMatchObject({ decisions: [{ gate: 'manual', decision: 'kept' }] });

  // What the machine did was not to be recorded this time, and is never compared.
  const { trainingRuns } = await showExperiment(services, 'corners');
  const [unwatched] = trainingRuns.filter(({ id }) => id === byHand.versions[0]?.trainingRun);
  expect(Object.keys(unwatched?.metrics ?? {}).filter(isSystemMetric)).toEqual([]);
  const watched = trainingRuns.find(({ metrics }) => Object.keys(metrics).some(isSystemMetric));
  const compared = await compareTrainingRuns(services, [unwatched!.id, watched!.id]);
  expect(compared.metrics.map(({ key }) => key).filter(isSystemMetric)).toEqual([]);
});

test('a retry of a failed registration trains nothing again', async () => {
  const { services, run, retry } = project;
  const blocked = path.join(services.project.modelsDir, 'retried');
  await writeFile(blocked, 'in the way of the folder');
  const failed = await run('register', { study: 'final', model: 'retried', epochs, threads });
  expect(failed.flowRun.state.kind).toBe('Failed');
  expect(failed.executed.at(-1)).toBe('save-model');

  await rm(blocked);
  const retried = await retry('register', failed.flowRun.id);
  expect(retried).toMatchObject({
    flowRun: { attempt: 2, state: { kind: 'Completed' } },
    result: { model: { version: 1 } },
  });
  expect(retried.executed).toEqual(['save-model', 'promote-model', 'summarise-registration']);
});

async function artifact(flowRunId: ArtifactRow['flowRunId'], key: string): Promise<ArtifactRow> {
  const all = await listArtifacts(project.services.registry.db, { flowRunId: flowRunId! });
  const found = all.find((row) => row.key === key);
  if (found === undefined) throw new Error(`No artifact ${key} among ${all.map((row) => row.key).join(', ')}`);
  return found;
}
