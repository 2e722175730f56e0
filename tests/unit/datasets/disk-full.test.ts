import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { makeZip } from '../../helpers/make-zip.ts';
import { listFiles, makeImageFolders, makePng, temporaryFolder, writeFiles } from '../../helpers/dataset-files.ts';

const fixture = fileURLToPath(new URL('../../fixtures/prepare-cache.js', import.meta.url));

/** Runs the fixture; with a limit no file of it or its children may grow past so many KiB, as on a disk that is full. */
async function run(limitKiB: number | undefined, ...args: string[]): Promise<Record<string, unknown>> {
  const limit = limitKiB === undefined ? '' : `ulimit -f ${limitKiB}; `;
  const command = `${limit}exec "$0" "$@"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', command, process.execPath, fixture, ...args]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

const noLimits = process.platform === 'win32';
const testWithLimits = noLimits ? test.skip : test;

testWithLimits('an archive that does not fit on the disk leaves nothing', async () => {
  const [dataDir, folder] = [await temporaryFolder(), await temporaryFolder()];
  const entries = [
    { path: 'a/1.jpg', data: 'x' },
    { path: 'b/large.jpg', data: Buffer.alloc(100_000, 'noise') },
  ];
  await writeFiles(folder, { 'a.zip': makeZip(entries) });
  const archive = path.join(folder, 'a.zip');
  expect(await run(64, 'extract', dataDir, archive)).toMatchObject({ error: 'EnvironmentError' });
  expect(await listFiles(dataDir)).toEqual([]);
  expect(await run(undefined, 'extract', dataDir, archive)).toHaveLength(2);
});

testWithLimits('a version that does not fit on the disk leaves no version', async () => {
  const [dataDir, folder] = [await temporaryFolder(), await temporaryFolder()];
  await makeImageFolders(folder, ['a', 'b'], 3);
  await writeFiles(folder, { 'b/large.png': Buffer.concat([await makePng(1), Buffer.alloc(100_000)]) });
  const outcome = await run(64, 'version', dataDir, folder);
  expect(outcome).toMatchObject({ error: 'EnvironmentError' });
  expect(outcome.message).toContain(dataDir);
  expect((await listFiles(dataDir)).filter((name) => name.startsWith('versions') || name.endsWith('.tmp'))).toEqual([]);
  expect(await run(undefined, 'version', dataDir, folder)).toMatchObject({ samples: 7 });
});

testWithLimits('a tensor cache that does not fit on the disk leaves no index and no shard', async () => {
  const [dataDir, folder] = [await temporaryFolder(), await temporaryFolder()];
  await makeImageFolders(folder, ['a', 'b'], 20);
  const version = await run(undefined, 'version', dataDir, folder);
  const place = String(version.path);
  expect(await run(64, 'cache', dataDir, place, '64')).toMatchObject({ error: 'EnvironmentError' });
  expect(await listFiles(path.join(dataDir, 'tensors'))).toEqual([]);
  expect(await run(undefined, 'cache', dataDir, place, '64')).toMatchObject({ broken: [] });
});
