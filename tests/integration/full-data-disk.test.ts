import { mkdir, readFile, statfs } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { EnvironmentError } from '../../src/core/errors.ts';
import { verifyFiles } from '../../src/datasets/version/verify-version.ts';
import { readManifest } from '../../src/datasets/version/manifest.ts';
import { downloadFile } from '../../src/storage/download-file.ts';
import { listFiles, makePng, quietContext, temporaryFolder } from '../helpers/dataset-files.ts';
import { withFileServer } from '../helpers/file-server.ts';
import { withKaggleServer } from '../helpers/kaggle-server.ts';
import { makeTar } from '../helpers/make-tar.ts';
import { makeZip } from '../helpers/make-zip.ts';
import { temporaryProject, type TestProject } from '../helpers/project.ts';
import { canMount, growDisk, mountSmallDisk, unmount } from '../helpers/small-disk.ts';

const disks: string[] = [];
// Before the folders that they are in are removed.
afterEach(() => disks.splice(0).forEach(unmount));

const testOnSmallDisk = canMount ? test : test.skip;

async function smallDisk(folder: string, kib: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  expect(mountSmallDisk(folder, kib)).toBe(true);
  disks.push(folder);
  return folder;
}

const noise = (bytes: number): Buffer =>
  Buffer.from(Uint32Array.from({ length: bytes / 4 }, (_, at) => at * 2_654_435_761).buffer);

async function images(): Promise<{ path: string; data: Buffer }[]> {
  return Promise.all(['a', 'b'].map(async (name, at) => ({ path: `${name}/1.png`, data: await makePng(at) })));
}

/** Too large for the disk as it is downloaded. */
async function largeArchive(): Promise<Buffer> {
  return makeZip([...(await images()), { path: 'a/large.png', data: noise(900_000) }]);
}

/** Small, and too large for the disk when it is unpacked; a stream of gzip does not tell that before. */
async function packedArchive(): Promise<Buffer> {
  const block = noise(10_000);
  const large = Array.from({ length: 9 }, (_, at) => ({
    path: `b/large${at}.png`,
    data: Buffer.concat([Buffer.from([at]), ...Array<Buffer>(12).fill(block)]),
  }));
  return makeTar([...(await images()), ...large], { gzip: true });
}

async function assertWhole({ services }: TestProject, version: unknown): Promise<void> {
  const folder = path.join(services.project.dataDir, (version as { readonly path: string }).path);
  const { manifest } = (await readManifest(folder))!;
  expect(await verifyFiles(folder, manifest.files, quietContext())).toEqual([]);
}

testOnSmallDisk.each([
  ['download', largeArchive, 3],
  ['extraction', packedArchive, 11],
] as const)(
  'a disk that is full in the middle of the %s: an error that says so, the version before stays, a retry completes',
  async (what, makeArchive, samples) => {
    const first = makeZip(await images());
    const dataset = { owner: 'o', slug: 'signs', versions: [first], totalBytes: 1_000 };
    await withKaggleServer({ datasets: [dataset] }, async (server) => {
      const project = await temporaryProject(server.env);
      const { dataDir } = project.services.project;
      await smallDisk(dataDir, 700);
      const before = await project.run('collect', { source: 'kaggle:o/signs' });
      expect(before.result).toMatchObject({ samples: 2 });

      dataset.versions.push(await makeArchive());
      const full = await project.run('collect', { source: 'kaggle:o/signs' });
      expect(full).toMatchObject({ flowRun: { state: { kind: 'Failed' } }, error: { code: 'ENVIRONMENT' } });
      expect(full.error!.message).toContain('the disk is full. Free some space');
      await assertWhole(project, before.result);
      expect((await listFiles(path.join(dataDir, 'versions'))).filter((name) => name.endsWith('.json'))).toHaveLength(
        2,
      );
      expect((await listFiles(dataDir)).filter((name) => name.includes('unpacked'))).toEqual([]);

      expect(growDisk(dataDir, 20_000)).toBe(true);
      const asked = server.storage.length;
      const retried = await project.retry('collect', full.flowRun.id);
      expect(retried.result).toMatchObject({ samples, upstreamVersion: '2' });
      await assertWhole(project, retried.result);
      await assertWhole(project, before.result);
      if (what === 'download') expect(server.storage.at(-1)!.range).toMatch(/^bytes=[1-9]\d*-$/u);
      else expect(server.storage).toHaveLength(asked);
    });
  },
);

testOnSmallDisk(
  'a disk that takes only a part of the last piece of a download does not make a whole file of it',
  async () => {
    const folder = await smallDisk(path.join(await temporaryFolder(), 'disk'), 256);
    const { bavail, bsize } = await statfs(folder);
    // A block is for what is noted about the download.
    const content = noise((bavail - 1) * bsize + 400);
    await withFileServer(content, { etag: [] }, async ({ url }) => {
      const to = path.join(folder, 'file');
      const download = () => downloadFile({ ...quietContext(), url, to, clock: systemClock });
      await expect(download()).rejects.toThrow(EnvironmentError);
      expect((await listFiles(folder)).includes('file')).toBe(false);
      expect(growDisk(folder, 1_024)).toBe(true);
      await download();
      expect((await readFile(to)).equals(content)).toBe(true);
    });
  },
);
