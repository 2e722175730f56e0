import { expect, test } from '@jest/globals';
import { NotFoundError, TrainingError, UsageError } from '../../../src/core/errors.ts';
import { newTrainingRunId } from '../../../src/core/ids.ts';
import type { DatasetVersionId, TrainingRunId } from '../../../src/core/ids.ts';
import {
  findDatasetVersion,
  getDatasetVersion,
  insertDatasetVersion,
  latestDatasetVersion,
  listDatasetVersions,
} from '../../../src/registry/dataset-versions.ts';
import type { DatasetVersionRow } from '../../../src/registry/dataset-versions.ts';
import { findExperiment, getOrCreateExperiment, listExperiments } from '../../../src/registry/experiments.ts';
import { latestMetrics, listMetrics, logMetrics } from '../../../src/registry/metrics.ts';
import { listParams, logParams } from '../../../src/registry/params.ts';
import type { RegistryDb } from '../../../src/registry/registry-db.ts';
import { deleteTag, listTags, setTags } from '../../../src/registry/tags.ts';
import {
  findTrainingRun,
  finishTrainingRun,
  getTrainingRun,
  listTrainingRuns,
  startTrainingRun,
} from '../../../src/registry/training-runs.ts';
import { withRegistry } from './registry-fixture.ts';

const version = (values: Partial<DatasetVersionRow>): DatasetVersionRow => ({
  id: 'a'.repeat(64) as DatasetVersionId,
  name: 'signs',
  source: 'sample:signs',
  upstreamVersion: '1',
  layout: 'image-folders',
  synthetic: true,
  licence: null,
  classNames: ['A', 'B'],
  files: 3,
  samples: 2,
  bytes: 100,
  path: 'versions/signs/aaaa',
  provenance: { seed: 7 },
  flowRunId: null,
  createdAt: 1,
  ...values,
});

async function aTrainingRun(db: RegistryDb, name = 'final'): Promise<TrainingRunId> {
  const experiment = await getOrCreateExperiment(db, { name: 'signs', at: 1 });
  const id = newTrainingRunId();
  await startTrainingRun(db, { id, experimentId: experiment.id, name, codeVersion: 'c', startedAt: 5 });
  return id;
}

test('a dataset version is recorded once and found by latest, name and the beginning of its id', async () => {
  await withRegistry(async (db) => {
    await expect(findDatasetVersion(db, 'latest')).rejects.toThrow(NotFoundError);
    const old = version({});
    const mnist = version({
      id: `ab${'0'.repeat(62)}` as DatasetVersionId,
      name: 'mnist',
      source: 'idx:m',
      createdAt: 2,
    });
    const newer = version({ id: `ac${'0'.repeat(62)}` as DatasetVersionId, createdAt: 3 });
    for (const row of [old, mnist, newer]) expect(await insertDatasetVersion(db, row)).toBe(true);
    expect(await insertDatasetVersion(db, { ...old, createdAt: 9 })).toBe(false);
    expect(await getDatasetVersion(db, old.id)).toEqual(old);
    expect(await findDatasetVersion(db, 'latest')).toEqual(newer);
    expect(await findDatasetVersion(db, 'signs')).toEqual(newer);
    expect(await findDatasetVersion(db, 'ab0')).toEqual(mnist);
    await expect(findDatasetVersion(db, 'a')).rejects.toThrow(UsageError);
    expect(await latestDatasetVersion(db, { source: 'idx:m' })).toEqual(mnist);
    expect(await latestDatasetVersion(db, { source: 'idx:other' })).toBeUndefined();
    expect(await listDatasetVersions(db, { name: 'signs' })).toEqual([newer, old]);
  });
});

test('an experiment of a name exists once', async () => {
  await withRegistry(async (db) => {
    const first = await getOrCreateExperiment(db, { name: 'signs', description: 'all', at: 1 });
    expect(await getOrCreateExperiment(db, { name: 'signs', at: 2 })).toEqual(first);
    expect(await findExperiment(db, 'signs')).toEqual(first);
    expect(await findExperiment(db, first.id.slice(-8))).toEqual(first);
    await expect(findExperiment(db, 'none')).rejects.toThrow('experiments ls');
    expect(await listExperiments(db)).toEqual([first]);
  });
});

test('a training run ends once', async () => {
  await withRegistry(async (db) => {
    const id = await aTrainingRun(db);
    expect(await getTrainingRun(db, id)).toMatchObject({ id, status: 'running', engine: null, endedAt: null });
    const engine = { name: 'onnx', threads: 2 };
    expect(await finishTrainingRun(db, { id, status: 'finished', at: 9, engine })).toBe(true);
    expect(await finishTrainingRun(db, { id, status: 'killed', at: 10 })).toBe(false);
    expect(await findTrainingRun(db, 'final')).toMatchObject({ status: 'finished', engine, endedAt: 9, error: null });
    const failed = await aTrainingRun(db, 'bad');
    const error = {
      name: 'TrainingError',
      code: 'TRAINING',
      message: 'loss is NaN',
      cause: { name: 'E', code: 'X', message: 'm' },
    };
    await finishTrainingRun(db, { id: failed, status: 'failed', at: 11, error });
    expect((await getTrainingRun(db, failed))?.error).toEqual(error);
    expect((await listTrainingRuns(db, { status: 'failed' })).map((run) => run.id)).toEqual([failed]);
    expect(await listTrainingRuns(db, { limit: 1 })).toHaveLength(1);
  });
});

test('params and metrics keep the newest value of a key (and step)', async () => {
  await withRegistry(async (db) => {
    const id = await aTrainingRun(db);
    await logParams(db, id, { learningRate: 0.1, layers: [8, 16] });
    await logParams(db, id, { learningRate: 0.01 });
    expect(await listParams(db, id)).toEqual({ layers: [8, 16], learningRate: 0.01 });
    await logMetrics(db, id, [
      { key: 'loss', step: 1, value: 2, at: 1 },
      { key: 'loss', step: 2, value: 1.5, at: 2 },
      { key: 'accuracy', step: 2, value: 1, at: 2 },
    ]);
    await logMetrics(db, id, [{ key: 'loss', step: 2, value: 1.25, at: 3 }]);
    expect(await listMetrics(db, id, 'loss')).toEqual([
      { key: 'loss', step: 1, value: 2, at: 1 },
      { key: 'loss', step: 2, value: 1.25, at: 3 },
    ]);
    expect(await latestMetrics(db, id)).toEqual({ accuracy: 1, loss: 1.25 });
  });
});

test('a metric that is not finite is refused with its key and step, and none of its batch is written', async () => {
  await withRegistry(async (db) => {
    const id = await aTrainingRun(db);
    const batch = [
      { key: 'accuracy', step: 3, value: 0.5, at: 1 },
      { key: 'loss', step: 3, value: Number.NaN, at: 1 },
    ];
    await expect(logMetrics(db, id, batch)).rejects.toThrow(TrainingError);
    await expect(logMetrics(db, id, batch)).rejects.toThrow('loss at step 3 is NaN');
    expect(await listMetrics(db, id)).toEqual([]);
  });
});

test('tags are set, replaced and removed', async () => {
  await withRegistry(async (db) => {
    const owner = { kind: 'model_version', id: 'signs/1' } as const;
    await setTags(db, owner, { team: 'vision', stage: 'test' });
    await setTags(db, owner, { stage: 'live' });
    await setTags(db, { kind: 'registered_model', id: 'signs' }, { stage: 'other' });
    expect(await listTags(db, owner)).toEqual({ stage: 'live', team: 'vision' });
    await deleteTag(db, owner, 'team');
    expect(await listTags(db, owner)).toEqual({ stage: 'live' });
  });
});
