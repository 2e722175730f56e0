import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { listArtifacts } from '../../src/registry/artifacts.ts';
import { listDatasetVersions } from '../../src/registry/dataset-versions.ts';
import { readManifest } from '../../src/datasets/version/manifest.ts';
import { verifyFiles } from '../../src/datasets/version/verify-version.ts';
import { makePng, quietContext, writeFiles } from '../helpers/dataset-files.ts';
import { makeZip } from '../helpers/make-zip.ts';
import { CORNERS, drawCorners, temporaryProject, type TestProject } from '../helpers/project.ts';

let project: TestProject;
let png: Buffer;
beforeAll(async () => {
  project = await temporaryProject();
  png = await makePng(1);
});

const NFC = 'caf\u00e9';
const NFD = 'cafe\u0301';

test.each([
  ['nothing at all', [], 'no class folders with images'],
  ['no image', ['a/README.md', 'b/notes.txt'], 'no class folders with images'],
  ['images without class folders', ['1.png', '2.png'], 'no class folders with images'],
  ['one class', ['only/1.png', 'only/2.png'], 'one class folder, "only"'],
  ['a test set alone', ['test/a/1.png', 'test/a/2.png'], 'at least two are needed'],
  ['labels that differ only in case', ['cat/1.png', 'Cat/2.png', 'dog/3.png'], 'differ'],
  ['labels that are composed differently', [`${NFC}/1.png`, `${NFD}/2.png`, 'dog/3.png'], 'letters are composed'],
])('%s: a folder or an archive of it is refused, and no version is made', async (what, paths, reason) => {
  const folder = path.join(project.folder, what);
  await mkdir(folder);
  await writeFiles(folder, Object.fromEntries(paths.map((each) => [each, png])));
  await writeFile(`${folder}.zip`, makeZip(paths.map((each) => ({ path: each, data: png }))));
  for (const source of [`folder:${folder}`, `archive:${folder}.zip`]) {
    const { flowRun, error } = await project.run('collect', { source });
    expect({ state: flowRun.state.kind, error }).toMatchObject({
      state: 'Failed',
      error: { code: 'DATA', message: expect.stringContaining(reason) },
    });
  }
  expect(await listDatasetVersions(project.services.registry.db)).toEqual([]);
});

test('a file whose name is not UTF-8, and a link to nothing, are named', async () => {
  const folder = path.join(project.folder, 'odd');
  await writeFiles(folder, { 'a/1.png': png, 'b/1.png': png });
  const invalid = Buffer.concat([Buffer.from(`${folder}/a/`), Buffer.from([0xff, 0xfe]), Buffer.from('.png')]);
  await writeFile(invalid, png);
  expect((await project.run('collect', { source: `folder:${folder}` })).error).toMatchObject({
    code: 'DATA',
    message: expect.stringContaining('has a name that is not UTF-8'),
  });
  await rename(invalid, path.join(folder, 'a', '2.png'));
  await symlink('/nowhere', path.join(folder, 'b', '2.png'));
  expect((await project.run('collect', { source: `folder:${folder}` })).error).toMatchObject({
    code: 'DATA',
    message: expect.stringContaining('2.png is a link to nothing'),
  });
});

test('files of no bytes are collected, left out of the tensor cache and listed', async () => {
  const { folder, services, run } = await temporaryProject();
  const corners = path.join(folder, 'corners');
  await drawCorners(corners, 30);
  await writeFiles(corners, { 'top/empty.png': '', 'left/empty too.jpg': '' });
  expect((await run('collect', { source: `folder:${corners}` })).result).toMatchObject({ samples: 92 });
  const prepared = await run('prep', { imageSize: 8, decodeWorkers: 1 });
  expect(prepared).toMatchObject({ flowRun: { state: { kind: 'Completed' } } });
  const artifacts = await listArtifacts(services.registry.db, { flowRunId: prepared.flowRun.id });
  const broken = JSON.stringify(artifacts.find(({ key }) => key === 'broken-images'));
  expect(broken).toContain('top/empty.png');
  expect(broken).toContain('left/empty too.jpg');
  expect(broken).toContain('the file is empty');
});

test('names of classes and files may be anything that Unicode has', async () => {
  const { folder, services, run } = await temporaryProject();
  const images = path.join(folder, 'images');
  await drawCorners(images, 30);
  const classes = ['שלום עולם', '日本語 (ｶﾅ)', '👍🏽 "ok"'];
  for (const [at, name] of CORNERS.entries()) await rename(path.join(images, name), path.join(images, classes[at]!));
  const odd = [`${NFC}.png`, `${NFD}.png`, '-rf.png', 'a\nb.png', "it's #1 100%?.png", '\u202etxt.png', 'ﬁ.png'];
  for (const [at, name] of odd.entries()) {
    await rename(path.join(images, classes[0]!, `${at}.png`), path.join(images, classes[0]!, name));
  }
  const collected = await run('collect', { source: `folder:${images}` });
  expect(collected.result).toMatchObject({ samples: 90, classNames: [...classes].sort() });
  const { path: place } = collected.result as { readonly path: string };
  const version = path.join(services.project.dataDir, place);
  const { manifest } = (await readManifest(version))!;
  expect(manifest.files.map((file) => file.path)).toEqual(
    expect.arrayContaining(odd.map((name) => `${classes[0]!}/${name}`)),
  );
  expect(await verifyFiles(version, manifest.files, quietContext())).toEqual([]);
  expect(await run('prep', { imageSize: 8, decodeWorkers: 1 })).toMatchObject({
    flowRun: { state: { kind: 'Completed' } },
    result: { broken: [] },
  });
});
