import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AppServices } from '../../src/app/services.ts';
import { openTensorCache } from '../../src/datasets/cache/open-tensor-cache.ts';
import { readShard } from '../../src/datasets/cache/shard.ts';
import { readManifest } from '../../src/datasets/version/manifest.ts';
import { findModelVersion } from '../../src/models/find-model-version.ts';
import { modelCardSchema } from '../../src/models/model-card.ts';
import { listModelVersions } from '../../src/registry/model-versions.ts';

/**
 * Everything that looks whole in a project but is not: files whose name is a hash they do not have, references of the
 * registry to files that are not there, versions, shards and models that miss a part. Names that start with a dot are
 * unfinished by their own account.
 */
export async function halfWritten(services: AppServices): Promise<string[]> {
  const { artifactsDir, dataDir } = services.project;
  const problems = await Promise.all([
    wrongHashes(artifactsDir),
    wrongHashes(path.join(dataDir, 'objects')),
    missingReferences(services),
    brokenVersions(dataDir),
    brokenCaches(dataDir),
    brokenModels(services),
  ]);
  return problems.flat();
}

async function wrongHashes(root: string): Promise<string[]> {
  const problems: string[] = [];
  for (const folder of await visible(root)) {
    for (const name of await visible(path.join(root, folder))) {
      const file = path.join(root, folder, name);
      if ((await sha256(file)) !== name) problems.push(`${file} does not have the hash that is its name`);
    }
  }
  return problems;
}

async function missingReferences({ registry, storage }: AppServices): Promise<string[]> {
  const { db } = registry;
  const artifacts = await db.selectFrom('artifacts').select('storage_hash').execute();
  const results = await db.selectFrom('results').select('storage_hash').execute();
  const problems: string[] = [];
  for (const { storage_hash: hash } of [...artifacts, ...results]) {
    if (hash === null || (await storage.has(hash))) continue;
    problems.push(`the registry names a stored file that is not there: ${hash}`);
  }
  return problems;
}

async function brokenVersions(dataDir: string): Promise<string[]> {
  const root = path.join(dataDir, 'versions');
  const problems: string[] = [];
  for (const name of await visible(root)) {
    const folder = path.join(root, name);
    const found = await readManifest(folder);
    if (found === undefined) problems.push(`${folder} has no manifest`);
    for (const file of found?.manifest.files ?? []) {
      if ((await sha256(path.join(folder, 'files', file.path))) === file.sha256) continue;
      problems.push(`${folder}: ${file.path} is not what the manifest says`);
    }
  }
  return problems;
}

async function brokenCaches(dataDir: string): Promise<string[]> {
  const root = path.join(dataDir, 'tensors');
  const problems: string[] = [];
  for (const name of await visible(root)) {
    const folder = path.join(root, name);
    const files = await visible(folder);
    const check = async (): Promise<void> => {
      for (const file of files) if (file.endsWith('.safetensors')) await readShard(path.join(folder, file));
      if (!files.includes('index.json')) return;
      const cache = await openTensorCache(folder);
      for (const split of ['train', 'validation', 'test'] as const) await cache.load(split);
    };
    await check().catch((error: unknown) => problems.push(`${folder}: ${String(error)}`));
  }
  return problems;
}

async function brokenModels({ registry, project }: AppServices): Promise<string[]> {
  const problems: string[] = [];
  for (const row of await listModelVersions(registry.db)) {
    await findModelVersion(registry.db, project.modelsDir, `${row.modelName}/${row.version}`).catch((error: unknown) =>
      problems.push(String(error)),
    );
  }
  for (const model of await visible(project.modelsDir)) {
    for (const version of await visible(path.join(project.modelsDir, model))) {
      problems.push(...(await brokenFilesOf(path.join(project.modelsDir, model, version))));
    }
  }
  return problems;
}

async function brokenFilesOf(folder: string): Promise<string[]> {
  const text = await readFile(path.join(folder, 'model.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return [`${folder} has no card`];
  const problems: string[] = [];
  for (const file of modelCardSchema.parse(JSON.parse(text)).files) {
    if ((await sha256(path.join(folder, file.path))) === file.sha256) continue;
    problems.push(`${folder}: ${file.path} is not what the card says`);
  }
  return problems;
}

/** What is in a folder and does not call itself unfinished. */
async function visible(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.')).sort();
}

async function sha256(file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes === undefined ? undefined : createHash('sha256').update(bytes).digest('hex');
}
