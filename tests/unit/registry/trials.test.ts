import { expect, test } from '@jest/globals';
import { newStudyId, newTrainingRunId } from '../../../src/core/ids.ts';
import type { DatasetVersionId, StudyId, TensorCacheId } from '../../../src/core/ids.ts';
import { getOrCreateExperiment } from '../../../src/registry/experiments.ts';
import type { RegistryDb } from '../../../src/registry/registry-db.ts';
import { findStudy, getStudy, insertStudy, listStudies, writeStudyState } from '../../../src/registry/studies.ts';
import {
  claimTrial,
  finishTrial,
  getTrial,
  insertTrials,
  linkTrainingRun,
  listTrials,
  requeueTrial,
} from '../../../src/registry/trials.ts';
import { withRegistry } from './registry-fixture.ts';

const owner = { host: 'here', bootId: 'boot', pid: 7, processStart: '99' };
const point = (learningRate: number) => ({ params: { learningRate }, configHash: `hash-${learningRate}` });

async function aStudy(db: RegistryDb, name = 'signs', createdAt = 1): Promise<StudyId> {
  const experiment = await getOrCreateExperiment(db, { name: 'signs', at: 1 });
  const id = newStudyId();
  await insertStudy(db, {
    id,
    name,
    experimentId: experiment.id,
    flowRunId: null,
    datasetVersionId: 'd' as DatasetVersionId,
    tensorCacheId: 't' as TensorCacheId,
    space: { dimensions: [] },
    spaceHash: 's',
    sampler: 'grid',
    seed: 4_294_967_295,
    objectives: [{ metric: 'validationAccuracy', direction: 'maximize' }],
    settings: { epochs: 3 },
    createdAt,
  });
  return id;
}

test('a study is found by latest, name and part of its id, and its state can be reopened', async () => {
  await withRegistry(async (db) => {
    const first = await aStudy(db, 'signs', 1);
    const second = await aStudy(db, 'mnist', 2);
    expect((await findStudy(db, 'latest')).id).toBe(second);
    expect((await findStudy(db, 'signs')).id).toBe(first);
    expect((await findStudy(db, first.slice(-8))).id).toBe(first);
    await expect(findStudy(db, second.slice(0, 2))).rejects.toThrow('fits 2 studies');
    await writeStudyState(db, { id: first, state: 'stopped', at: 5 });
    expect(await getStudy(db, first)).toMatchObject({ state: 'stopped', endedAt: 5, seed: 4_294_967_295 });
    await writeStudyState(db, { id: first, state: 'running', at: 6 });
    expect(await getStudy(db, first)).toMatchObject({ state: 'running', endedAt: null });
    expect((await listStudies(db, { state: 'running' })).map(({ id }) => id)).toEqual([second, first]);
  });
});

test('trials are numbered densely, and a point that is there already is left out', async () => {
  await withRegistry(async (db) => {
    const studyId = await aStudy(db);
    expect((await insertTrials(db, studyId, [point(1), point(2), point(1)])).map(({ number }) => number)).toEqual([
      0, 1,
    ]);
    expect(await insertTrials(db, studyId, [point(2), point(3)])).toMatchObject([
      { number: 2, params: { learningRate: 3 }, state: 'waiting', attempt: 0 },
    ]);
    expect((await listTrials(db, studyId)).map(({ number }) => number)).toEqual([0, 1, 2]);
  });
});

test('each claim gets another trial, in order, until none is waiting', async () => {
  await withRegistry(async (db) => {
    const studyId = await aStudy(db);
    await insertTrials(db, studyId, [point(1), point(2)]);
    const claims = await Promise.all([1, 2, 3].map((at) => claimTrial(db, { studyId, owner, at })));
    expect(claims.map((trial) => trial?.number)).toEqual([0, 1, undefined]);
    expect(claims[0]).toMatchObject({ state: 'running', attempt: 1, owner, startedAt: 1 });
  });
});

test('a trial of a dead process waits again, and what its old attempt still reports is refused', async () => {
  await withRegistry(async (db) => {
    const studyId = await aStudy(db);
    await insertTrials(db, studyId, [point(1)]);
    const { id } = (await claimTrial(db, { studyId, owner, at: 1 }))!;
    expect(await requeueTrial(db, { id, attempt: 1 })).toBe(true);
    const again = (await claimTrial(db, { studyId, owner, at: 2 }))!;
    expect(again).toMatchObject({ id, attempt: 2 });
    const complete = { id, state: 'complete', value: 0.9, metrics: { loss: 0.1 }, at: 3 } as const;
    expect(await finishTrial(db, { ...complete, attempt: 1 })).toBe(false);
    const trainingRunId = newTrainingRunId();
    expect(await linkTrainingRun(db, { id, attempt: 2, trainingRunId })).toBe(true);
    expect(await finishTrial(db, { ...complete, attempt: 2 })).toBe(true);
    expect(await finishTrial(db, { ...complete, attempt: 2 })).toBe(false);
    expect(await requeueTrial(db, { id, attempt: 2 })).toBe(false);
    expect(await getTrial(db, id)).toMatchObject({
      state: 'complete',
      value: 0.9,
      metrics: { loss: 0.1 },
      trainingRunId,
    });
  });
});

test('a failed trial keeps its error and may be tried again', async () => {
  await withRegistry(async (db) => {
    const studyId = await aStudy(db);
    await insertTrials(db, studyId, [point(1)]);
    const { id } = (await claimTrial(db, { studyId, owner, at: 1 }))!;
    const error = { name: 'CrashedError', code: 'CRASHED', message: 'killed' };
    await finishTrial(db, { id, attempt: 1, state: 'failed', error, at: 2 });
    expect(await listTrials(db, studyId, ['failed'])).toMatchObject([{ error, value: null }]);
    expect(await requeueTrial(db, { id, attempt: 1 })).toBe(true);
    expect((await claimTrial(db, { studyId, owner, at: 3 }))?.error).toBeNull();
  });
});
