import { expect, test } from '@jest/globals';
import { ConflictError, NotFoundError } from '../../../src/core/errors.ts';
import { getAlias, listAliases, listAliasHistory, removeAlias, setAlias } from '../../../src/registry/model-aliases.ts';
import {
  findModelVersion,
  getModelVersion,
  insertModelVersion,
  listModelVersions,
  markModelVersionDeleted,
  nextModelVersion,
} from '../../../src/registry/model-versions.ts';
import type { NewModelVersion } from '../../../src/registry/model-versions.ts';
import { insertPromotionDecision, listPromotionDecisions } from '../../../src/registry/promotion-decisions.ts';
import {
  findRegisteredModel,
  getOrCreateRegisteredModel,
  listRegisteredModels,
} from '../../../src/registry/registered-models.ts';
import { withRegistry } from './registry-fixture.ts';

const model = (values: Partial<NewModelVersion> = {}): NewModelVersion => ({
  modelName: 'signs',
  trainingRunId: null,
  flowRunId: null,
  datasetVersionId: null,
  path: 'signs/1',
  card: { formatVersion: 1 },
  metrics: { testAccuracy: 0.97 },
  bytes: 1_000,
  createdAt: 1,
  ...values,
});
const champion = { modelName: 'signs', alias: 'champion', reason: 'first', at: 2 };

test('versions count up, and the number of a deleted one is not given again', async () => {
  await withRegistry(async (db) => {
    expect(await nextModelVersion(db, 'signs')).toBe(1);
    expect(await Promise.all([model(), model(), model()].map((row) => insertModelVersion(db, row)))).toEqual([1, 2, 3]);
    expect(await markModelVersionDeleted(db, { modelName: 'signs', version: 3, at: 9 })).toMatchObject({
      deletedAt: 9,
    });
    expect(await insertModelVersion(db, model())).toBe(4);
    expect(await insertModelVersion(db, model({ version: 5 }))).toBe(5);
    await expect(insertModelVersion(db, model({ version: 5 }))).rejects.toThrow(ConflictError);
    expect((await listModelVersions(db, { modelName: 'signs' })).map(({ version }) => version)).toEqual([5, 4, 2, 1]);
    expect(await listModelVersions(db, { withDeleted: true })).toHaveLength(5);
    expect(await getModelVersion(db, 'signs', 3)).toMatchObject({ deletedAt: 9, metrics: { testAccuracy: 0.97 } });
    await expect(findModelVersion(db, 'signs', 3)).rejects.toThrow('was deleted');
    await expect(findModelVersion(db, 'signs', 8)).rejects.toThrow('does not exist');
  });
});

test('an unknown model is refused with those that exist', async () => {
  await withRegistry(async (db) => {
    await expect(findRegisteredModel(db, 'sings')).rejects.toThrow('run pipeline');
    await getOrCreateRegisteredModel(db, { name: 'signs', at: 1 });
    await expect(findRegisteredModel(db, 'sings')).rejects.toThrow('There are: signs');
    expect(await listRegisteredModels(db)).toEqual([{ name: 'signs', description: null, createdAt: 1 }]);
  });
});

test('an alias moves only from where the caller saw it, and every move is kept', async () => {
  await withRegistry(async (db) => {
    for (const row of [model(), model()]) await insertModelVersion(db, row);
    expect(await setAlias(db, { ...champion, version: 1, expected: null })).toBe(true);
    expect(await setAlias(db, { ...champion, version: 2, expected: null })).toBe(false);
    expect(await setAlias(db, { ...champion, version: 2, expected: 1, reason: 'better', at: 3 })).toBe(true);
    await expect(setAlias(db, { ...champion, version: 7 })).rejects.toThrow(NotFoundError);
    expect(await getAlias(db, 'signs', 'champion')).toMatchObject({ version: 2, updatedAt: 3 });
    expect(await listAliases(db)).toHaveLength(1);
    expect(await listAliasHistory(db, 'signs', 'champion')).toMatchObject([
      { version: 2, previousVersion: 1, reason: 'better' },
      { version: 1, previousVersion: null, reason: 'first' },
    ]);
  });
});

test('a version that an alias points to cannot be deleted; without the alias it can', async () => {
  await withRegistry(async (db) => {
    await insertModelVersion(db, model());
    await setAlias(db, { ...champion, version: 1 });
    const deletion = { modelName: 'signs', version: 1, at: 5 };
    await expect(markModelVersionDeleted(db, deletion)).rejects.toThrow('is its champion');
    expect(await removeAlias(db, champion)).toBe(1);
    expect(await removeAlias(db, champion)).toBeUndefined();
    await markModelVersionDeleted(db, deletion);
    expect((await listAliasHistory(db, 'signs'))[0]).toMatchObject({ version: null, previousVersion: 1 });
  });
});

test('decisions are kept with their numbers, newest first', async () => {
  await withRegistry(async (db) => {
    await insertModelVersion(db, model());
    const decision = {
      modelName: 'signs',
      version: 1,
      championVersion: null,
      gate: 'superior',
      decision: 'promoted',
      reason: 'beats the majority class',
      numbers: { p: 0.01 },
      flowRunId: null,
      at: 4,
    } as const;
    await insertPromotionDecision(db, decision);
    await insertPromotionDecision(db, { ...decision, decision: 'kept', at: 5 });
    expect(await listPromotionDecisions(db, 'signs')).toMatchObject([{ decision: 'kept' }, decision]);
    expect(await listPromotionDecisions(db, 'signs', 2)).toEqual([]);
  });
});
