import { expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FlowRunId } from '../../src/core/ids.ts';
import { collectGarbage, findGarbage } from '../../src/app/garbage/collect-garbage.ts';
import { findRemovableData, removeData } from '../../src/app/remove-data.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { DatasetVersion } from '../../src/datasets/dataset-version.ts';
import { insertModelVersion } from '../../src/registry/model-versions.ts';
import { temporarySibling } from '../../src/storage/atomic-write.ts';
import { aFlowRun } from '../unit/registry/registry-fixture.ts';
import { drawCorners, temporaryProject, type TestProject } from '../helpers/project.ts';

async function collected(project: TestProject, folder = 'images', perClass = 40): Promise<DatasetVersion> {
  const images = path.join(project.folder, folder);
  await drawCorners(images, perClass);
  const run = await project.run('collect', { source: `folder:${images}` });
  return run.result as unknown as DatasetVersion;
}

async function prepared(project: TestProject, version: DatasetVersion): Promise<string> {
  const run = await project.run('prep', { datasetVersion: version.id, imageSize: 16, decodeWorkers: 1 });
  if (run.error !== undefined) throw new Error(run.error.message);
  return path.join(project.services.project.dataDir, (run.result as { path: string }).path);
}

const kinds = async ({ services }: TestProject): Promise<string[]> =>
  (await findGarbage(services, 0)).map(({ kind }) => kind).sort();

const collect = async ({ services }: TestProject) => collectGarbage(services, await findGarbage(services, 0), 0);

/** Makes a file or folder look as if nobody had touched it for some days. */
async function age(file: string, days: number): Promise<void> {
  const at = new Date(systemClock.now() - days * 86_400_000);
  await utimes(file, at, at);
}

test('retention: after a healthy run gc finds nothing', async () => {
  const project = await temporaryProject();
  await prepared(project, await collected(project));
  expect(await kinds(project)).toEqual([]);
});

test('retention: gc removes leftovers of killed processes, and leaves them while a flow run that may own them is open', async () => {
  const project = await temporaryProject();
  const { services } = project;
  const { home, dataDir, modelsDir, artifactsDir } = services.project;
  const leftovers = [
    path.join(home, 'work', 'model-abc', 'model.onnx'),
    path.join(dataDir, 'downloads', 'a-task-run', 'files', 'archive.zip'),
    path.join(temporarySibling(path.join(dataDir, 'versions', 'v')), 'files', 'image.png'),
    path.join(temporarySibling(path.join(modelsDir, 'signs', 'version')), 'model.json'),
    temporarySibling(path.join(dataDir, 'objects', 'incoming')),
    temporarySibling(path.join(artifactsDir, 'ab', 'x')),
    path.join(dataDir, 'tensors', 'half', 'shard-0.safetensors'),
  ];
  const running = await aFlowRun(services.registry.db, { createdAt: systemClock.now() });
  for (const file of leftovers) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, 'x'.repeat(1_000));
  }
  await services.storage.putBytes(Buffer.from('nobody names it'));
  expect(await kinds(project)).toEqual([]);

  await endRun(project, running);
  expect(await kinds(project)).toEqual([
    'download',
    'stored file',
    'temporary file',
    'temporary file',
    'temporary file',
    'temporary file',
    'tensor cache',
    'work folder',
  ]);
  expect(await collect(project)).toMatchObject({ items: 8, bytes: 7_015 });
  expect(leftovers.filter((file) => existsSync(file))).toEqual([]);
  expect(await collect(project)).toMatchObject({ items: 0, bytes: 0 });
});

test('retention: a stored file that is put again before gc comes to it stays', async () => {
  const project = await temporaryProject();
  const { services } = project;
  const { hash } = await services.storage.putBytes(Buffer.from('wanted again'));
  const garbage = await findGarbage(services, 0);
  expect(garbage).toHaveLength(1);
  await aFlowRun(services.registry.db, { createdAt: systemClock.now() });
  await services.storage.putBytes(Buffer.from('wanted again'));
  expect(await collectGarbage(services, garbage, 0)).toMatchObject({ items: 0 });
  expect(await services.storage.has(hash)).toBe(true);
});

test('retention: a tensor cache goes when nothing has used it for 30 days, never one a model was trained on', async () => {
  const project = await temporaryProject();
  const { db } = project.services.registry;
  const cache = await prepared(project, await collected(project));
  await age(path.join(cache, 'index.json'), 40);
  // Its change time cannot be set back, so this looks at it from the future.
  const { services } = project;
  const later = { ...services, clock: { ...systemClock, now: () => systemClock.now() + 40 * 86_400_000 } };
  const [{ id: tensorCacheId }] = (await findGarbage(later, 0)).length === 1 ? [await cacheId(cache)] : [{ id: '' }];
  expect(tensorCacheId).not.toBe('');

  await db.insertInto('experiments').values({ id: 'e', name: 'e', created_at: 1 }).execute();
  const run = { id: 't', experiment_id: 'e', name: 't', status: 'finished', code_version: '1', started_at: 1 } as const;
  await db
    .insertInto('training_runs')
    .values({ ...run, tensor_cache_id: tensorCacheId })
    .execute();
  const version = { modelName: 'm', flowRunId: null, datasetVersionId: null, path: 'm/1', card: {}, metrics: {} };
  await insertModelVersion(db, { ...version, trainingRunId: 't' as never, bytes: 1, createdAt: 1 });
  expect(await findGarbage(later, 0)).toEqual([]);
});

test('retention: data rm frees what only that version had, and refuses what a model was trained on', async () => {
  const project = await temporaryProject();
  const { services } = project;
  const { db } = services.registry;
  const [first, second] = [await collected(project), await collected(project, 'more', 42)];
  const cache = await prepared(project, second);
  const version = { modelName: 'm', flowRunId: null, trainingRunId: null, path: 'm/1', card: {}, metrics: {} };
  await insertModelVersion(db, { ...version, datasetVersionId: first.id, bytes: 1, createdAt: 1 });
  await expect(findRemovableData(services, [first.id], { force: false })).rejects.toThrow('m/1 was trained on');

  const [row] = await findRemovableData(services, [second.id.slice(0, 12)], { force: false });
  const removed = await removeData(services, row!);
  // Six pictures, two a class, are not in the first version.
  expect(removed).toMatchObject({ id: second.id, objects: 6, tensorCaches: 1, forgotten: true });
  expect(removed.bytes).toBeGreaterThan(1_000);
  expect(existsSync(cache)).toBe(false);
  const objects = await readdir(path.join(services.project.dataDir, 'objects'), { recursive: true });
  expect(objects.filter((name) => path.basename(name).length === 64)).toHaveLength(120);
  expect(await kinds(project)).toEqual([]);
});

async function cacheId(cache: string): Promise<{ id: string }> {
  const { readCacheIndex } = await import('../../src/datasets/cache/cache-index.ts');
  return { id: (await readCacheIndex(cache))!.id };
}

async function endRun({ services }: TestProject, id: FlowRunId): Promise<void> {
  await services.registry.db
    .updateTable('flow_runs')
    .set({ state_kind: 'Failed', ended_at: 1 })
    .where('id', '=', id)
    .execute();
}
