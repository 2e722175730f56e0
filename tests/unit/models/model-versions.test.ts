import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Open } from 'unzipper';
import { DAY_MS, systemClock } from '../../../src/core/clock.ts';
import { ConflictError, DataError, NotFoundError, ParameterError } from '../../../src/core/errors.ts';
import { newTrainingRunId, type TrainingRunId } from '../../../src/core/ids.ts';
import { deleteModelVersion } from '../../../src/models/delete-model-version.ts';
import { exportModel } from '../../../src/models/export-model.ts';
import { findModelVersion, type FoundModelVersion } from '../../../src/models/find-model-version.ts';
import { listModels, showModel } from '../../../src/models/list-models.ts';
import { applyGateDecision, promoteModel } from '../../../src/models/promote-model.ts';
import { rollbackModel } from '../../../src/models/rollback-model.ts';
import { saveModelVersion } from '../../../src/models/save-model-version.ts';
import { superiorGate } from '../../../src/models/superior-gate.ts';
import { readTestPredictions, testOutcome } from '../../../src/models/test-predictions.ts';
import type { Registry } from '../../../src/registry/open-registry.ts';
import { aModelVersion } from '../../helpers/model-versions.ts';
import { temporaryRegistry } from '../../helpers/studies.ts';

let registry: Registry;
let folder: string;
let modelsDir: string;

beforeEach(async () => {
  registry = await temporaryRegistry();
  folder = await mkdtemp(path.join(tmpdir(), 'models-'));
  modelsDir = path.join(folder, 'models');
  await mkdir(path.join(folder, 'trained', 'layers'), { recursive: true });
  await writeFile(path.join(folder, 'trained', 'model.onnx'), 'onnx');
  await writeFile(path.join(folder, 'trained', 'layers', 'weights.bin'), 'weights');
});
afterEach(() => registry.close());

const save = (name = 'signs', trainingRunId: TrainingRunId | null = null): Promise<FoundModelVersion> =>
  saveModelVersion(
    registry.db,
    systemClock,
    modelsDir,
    aModelVersion(path.join(folder, 'trained'), { name, trainingRunId }),
  );

const find = (reference: string): Promise<FoundModelVersion> => findModelVersion(registry.db, modelsDir, reference);
const promote = (version: number, alias?: string): Promise<number | undefined> =>
  promoteModel(registry.db, systemClock, { name: 'signs', version, ...(alias === undefined ? {} : { alias }) });
const rollback = (): Promise<{ from: number; to: number }> =>
  rollbackModel(registry.db, systemClock, { name: 'signs' });
const remove = (version: number): Promise<void> =>
  deleteModelVersion(registry.db, systemClock, modelsDir, { name: 'signs', version });
const champion = async (): Promise<number> => (await find('signs@champion')).row.version;

describe('saving', () => {
  test('gives 1, 2, 3 with all files, a card and the test predictions', async () => {
    expect((await save()).row.version).toBe(1);
    const { row, card, folder: saved } = await save();
    expect(row).toMatchObject({ version: 2, path: 'signs/2', metrics: { testAccuracy: 2 / 3 } });
    expect(saved).toBe(path.join(modelsDir, 'signs', '2'));
    expect(await readFile(path.join(saved, 'layers', 'weights.bin'), 'utf8')).toBe('weights');
    expect(JSON.parse(await readFile(path.join(saved, 'model.json'), 'utf8'))).toEqual(card);
    expect(card).toMatchObject({ name: 'signs', version: 2, synthetic: true, testPredictions: { samples: 3 } });
    expect(card.files.map((file) => file.path)).toEqual(['layers/weights.bin', 'model.onnx', 'test-predictions.json']);
    expect(testOutcome((await readTestPredictions(saved))!)).toEqual({
      sampleIds: ['s1', 's2', 's3'],
      correct: [true, true, false],
      classes: ['a', 'b', 'b'],
    });
    expect(await readdir(path.join(modelsDir, 'signs'))).toEqual(['1', '2']);
  });

  test('several at once get a number each', async () => {
    const saved = await Promise.all([1, 2, 3, 4].map(() => save()));
    expect(saved.map(({ row }) => row.version).toSorted()).toEqual([1, 2, 3, 4]);
    for (const { row, card } of saved) expect(card.version).toBe(row.version);
    expect(await readdir(path.join(modelsDir, 'signs'))).toEqual(['1', '2', '3', '4']);
  });

  test('the same training run again is the version it has', async () => {
    const training = newTrainingRunId();
    expect((await save('signs', training)).row.version).toBe(1);
    expect((await save('signs', training)).row.version).toBe(1);
    expect(await readdir(path.join(modelsDir, 'signs'))).toEqual(['1']);
  });

  test('a folder that a crash left without a row is no version and in nobody’s way', async () => {
    await mkdir(path.join(modelsDir, 'signs', '1'), { recursive: true });
    await writeFile(path.join(modelsDir, 'signs', '1', 'model.json'), '{"half":');
    await expect(find('signs/1')).rejects.toBeInstanceOf(NotFoundError);
    const { card } = await save();
    expect(card.version).toBe(1);
    expect((await find('signs/1')).card).toEqual(card);
  });

  test('what a killed save left behind is removed a day later, and nothing else', async () => {
    const leftovers = ['.version.1-abc.tmp', '.version.2-def.tmp', '.hidden'].map((name) =>
      path.join(modelsDir, 'signs', name),
    );
    for (const leftover of leftovers) await mkdir(leftover, { recursive: true });
    const twoDaysAgo = (systemClock.now() - 2 * DAY_MS) / 1_000;
    for (const leftover of [leftovers[0]!, leftovers[2]!]) await utimes(leftover, twoDaysAgo, twoDaysAgo);
    await save();
    expect(await readdir(path.join(modelsDir, 'signs'))).toEqual(['.hidden', '.version.2-def.tmp', '1']);
  });

  test('when the files cannot be copied nothing is left and no number taken', async () => {
    await rm(path.join(folder, 'trained'), { recursive: true });
    await expect(save()).rejects.toThrow();
    await mkdir(path.join(folder, 'trained'));
    await expect(save()).rejects.toBeInstanceOf(DataError);
    expect(await readdir(path.join(modelsDir, 'signs'))).toEqual([]);
    expect(await listModels(registry.db)).toEqual([]);
  });

  test.each(['../outside', 'a/b', ''])('refuses the name "%s"', async (name) => {
    await expect(save(name)).rejects.toBeInstanceOf(ParameterError);
  });
});

describe('finding', () => {
  test('by name (its champion), alias and number, also as MLflow writes it', async () => {
    await save();
    await save();
    await promote(1);
    await promote(2, 'challenger');
    expect((await find('signs')).row.version).toBe(1);
    expect((await find('signs@challenger')).row.version).toBe(2);
    expect((await find('signs/2')).row.version).toBe(2);
    expect((await find('models:/signs@champion')).row.version).toBe(1);
  });

  test('says what there is when the name, alias or version does not exist, and when files are missing', async () => {
    await save();
    await promote(1);
    await expect(find('sings')).rejects.toThrow(/no registered model sings.*signs/);
    await expect(find('signs@champoin')).rejects.toThrow('Did you mean "champion"?');
    await expect(find('signs/7')).rejects.toThrow(/Version 7 of signs does not exist/);
    await rm(path.join(modelsDir, 'signs', '1'), { recursive: true });
    await expect(find('signs/1')).rejects.toBeInstanceOf(DataError);
  });
});

describe('promotion', () => {
  test('by hand moves the alias and is recorded', async () => {
    await save();
    await save();
    expect(await promote(1)).toBeUndefined();
    expect(await promote(2)).toBe(1);
    await expect(promote(2)).rejects.toBeInstanceOf(ConflictError);
    await expect(promote(3)).rejects.toBeInstanceOf(NotFoundError);
    await expect(promote(2, 'latest')).rejects.toThrow('reserved');
    const { decisions, aliases, versions } = await showModel(registry.db, 'signs');
    expect(aliases).toEqual({ champion: 2 });
    expect(versions.map(({ version, aliases: own }) => [version, own])).toEqual([
      [2, ['champion']],
      [1, []],
    ]);
    expect(decisions.map(({ gate, version, championVersion }) => [gate, version, championVersion])).toEqual([
      ['manual', 2, 1],
      ['manual', 1, null],
    ]);
  });

  test('by the gate is recorded with its numbers, whichever way it goes', async () => {
    await save();
    await save();
    const outcome = testOutcome(aModelVersion('').testPredictions!);
    const first = superiorGate({ challenger: { ...outcome, correct: [true, true, true] } });
    const common = { name: 'signs', gate: 'superior' };
    await applyGateDecision(registry.db, systemClock, { ...common, version: 1, championVersion: null, decision: first });
    expect(await champion()).toBe(1);
    const second = superiorGate({ challenger: outcome, champion: outcome });
    const compared = { ...common, version: 2, decision: second };
    await applyGateDecision(registry.db, systemClock, { ...compared, championVersion: 1 });
    expect(await champion()).toBe(1);
    const { decisions } = await showModel(registry.db, 'signs');
    expect(decisions).toMatchObject([
      { version: 2, championVersion: 1, decision: 'kept', numbers: { comparison: { commonSamples: 3, p: 1 } } },
      { version: 1, championVersion: null, decision: 'promoted', numbers: { challengerAccuracy: 1 } },
    ]);
    await promote(2);
    await expect(
      applyGateDecision(registry.db, systemClock, { ...compared, championVersion: 1 }),
    ).rejects.toThrow('changed from version 1 to version 2');
  });
});

describe('rollback', () => {
  test('goes back one promotion at a time and then says that there is nothing before', async () => {
    for (const version of [1, 2, 3]) {
      await save();
      await promote(version);
    }
    expect(await rollback()).toEqual({ from: 3, to: 2 });
    expect(await rollback()).toEqual({ from: 2, to: 1 });
    await expect(rollback()).rejects.toThrow(/No earlier version of signs was champion/);
    expect(await champion()).toBe(1);
    const { decisions } = await showModel(registry.db, 'signs');
    expect(decisions[0]).toMatchObject({ gate: 'rollback', version: 1, championVersion: 2 });
  });

  test('after a rollback and a new promotion goes back to where the rollback led', async () => {
    for (const version of [1, 2, 3]) {
      await save();
      if (version < 3) await promote(version);
    }
    await rollback();
    await promote(3);
    expect(await rollback()).toEqual({ from: 3, to: 1 });
  });

  test('undoes a promotion by hand of an older version', async () => {
    for (const version of [1, 2]) {
      await save();
      await promote(version);
    }
    await promote(1);
    expect(await rollback()).toEqual({ from: 1, to: 2 });
    expect(await rollback()).toEqual({ from: 2, to: 1 });
  });

  test('passes over a deleted version', async () => {
    for (const version of [1, 2, 3]) {
      await save();
      await promote(version);
    }
    await remove(2);
    expect(await rollback()).toEqual({ from: 3, to: 1 });
  });

  test('without a champion is not possible', async () => {
    await save();
    await expect(rollback()).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe('deletion', () => {
  test('removes the files, keeps the number taken, and refuses a version with an alias', async () => {
    await save();
    await save();
    await promote(2);
    await expect(remove(2)).rejects.toThrow(/Version 2 of signs is its champion/);
    await remove(1);
    expect(await readdir(path.join(modelsDir, 'signs'))).toEqual(['2']);
    await expect(remove(1)).rejects.toBeInstanceOf(NotFoundError);
    await promoteModel(registry.db, systemClock, { name: 'signs', version: (await save()).row.version });
    await remove(2);
    expect((await save()).row.version).toBe(4);
    expect((await showModel(registry.db, 'signs')).versions.map(({ version }) => version)).toEqual([4, 3]);
  });
});

describe('export', () => {
  test('copies a version to a folder or a zip file', async () => {
    const found = await save();
    const names = ['layers/weights.bin', 'model.json', 'model.onnx', 'test-predictions.json'];
    const target = path.join(folder, 'out', 'signs');
    expect(await exportModel(found, target)).toEqual({ path: target, files: 4 });
    expect(await readFile(path.join(target, 'layers', 'weights.bin'), 'utf8')).toBe('weights');
    const zip = await exportModel(found, `${target}.zip`);
    const archive = await Open.file(zip.path);
    expect(archive.files.map((file) => file.path).toSorted()).toEqual(names);
    expect(await readdir(path.join(folder, 'out'))).toEqual(['signs', 'signs.zip']);
  });

  test('replaces an earlier export only when forced, and never a folder of other things', async () => {
    const found = await save();
    const target = path.join(folder, 'out');
    await exportModel(found, target);
    await expect(exportModel(found, target)).rejects.toThrow('exists already');
    await writeFile(path.join(target, 'model.onnx'), 'old');
    await exportModel(found, target, { force: true });
    expect(await readFile(path.join(target, 'model.onnx'), 'utf8')).toBe('onnx');
    await expect(exportModel(found, folder, { force: true })).rejects.toThrow('holds no exported model');
    expect(await readdir(folder)).toContain('trained');
  });
});
