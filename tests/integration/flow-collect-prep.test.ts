import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { listArtifacts } from '../../src/registry/artifacts.ts';
import { listDatasetVersions } from '../../src/registry/dataset-versions.ts';
import { writeFiles, makePng } from '../helpers/dataset-files.ts';
import { drawCorners, temporaryProject } from '../helpers/project.ts';

test('collect keeps a version once and does not fetch it again while the source is the same', async () => {
  const { folder, services, run } = await temporaryProject();
  await drawCorners(path.join(folder, 'corners'), 3);

  const first = await run('collect', { source: 'folder:corners' });
  expect(first).toMatchObject({ flowRun: { state: { kind: 'Completed' } }, result: { name: 'corners', samples: 9 } });
  expect(first.executed).toEqual([
    'load-dataset-metadata',
    'check-dataset-status',
    'download-dataset',
    'extract-dataset',
  ]);
  expect(await listDatasetVersions(services.registry.db)).toMatchObject([{ name: 'corners', samples: 9 }]);

  const second = await run('collect', { source: 'folder:corners' });
  expect(second.result).toEqual(first.result);
  expect(second.executed).not.toContain('download-dataset');

  const forced = await run('collect', { source: 'folder:corners', force: true });
  expect(forced.executed).toContain('download-dataset');
  expect(forced.result).toEqual(first.result);
});

test('new images at the source make a new version', async () => {
  const { folder, services, run } = await temporaryProject();
  await drawCorners(path.join(folder, 'corners'), 2);
  await run('collect', { source: 'folder:corners' });
  await drawCorners(path.join(folder, 'corners'), 1, 2);
  expect((await run('collect', { source: 'folder:corners' })).result).toMatchObject({ samples: 9 });
  expect(await listDatasetVersions(services.registry.db)).toHaveLength(2);
});

test('a source out of reach is replaced by its complete local version, with a warning, unless fresh data is required', async () => {
  const { folder, run } = await temporaryProject();
  const source = path.join(folder, 'corners');
  await drawCorners(source, 2);
  const first = await run('collect', { source: 'folder:corners' });
  await rm(source, { recursive: true });

  const offline = await run('collect', { source: 'folder:corners' });
  expect(offline.result).toEqual(first.result);
  expect(offline.messages.join('\n')).toMatch(/cannot be reached; its complete local version .* is used/);

  const strict = await run('collect', { source: 'folder:corners', requireFresh: true });
  expect(strict).toMatchObject({ flowRun: { state: { kind: 'Failed' } }, error: { code: 'NOT_FOUND' } });
});

test('a source that never was there is an error that names it', async () => {
  const { run } = await temporaryProject();
  const outcome = await run('collect', { source: 'folder:nowhere' });
  expect(outcome.error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('nowhere') });
});

test('the sample says that it is synthetic', async () => {
  const { run } = await temporaryProject();
  const outcome = await run('collect', { source: 'sample:signs?perClass=2' });
  expect(outcome.result).toMatchObject({ synthetic: true });
  expect(outcome.messages.join('\n')).toContain('synthetic');
});

test('prep leaves broken images out, lists them, and counts the classes of each split', async () => {
  const { folder, services, run } = await temporaryProject();
  await drawCorners(path.join(folder, 'corners'), 30);
  await writeFiles(path.join(folder, 'corners'), { 'top/torn.png': (await makePng(1)).subarray(0, 60) });
  await run('collect', { source: 'folder:corners' });

  const outcome = await run('prep', { imageSize: 16, decodeWorkers: 1 });
  expect(outcome).toMatchObject({
    flowRun: { state: { kind: 'Completed' } },
    result: { image: { height: 16, width: 16, channels: 1 }, classNames: ['bottom', 'left', 'top'] },
  });
  const artifacts = await listArtifacts(services.registry.db, { flowRunId: outcome.flowRun.id });
  const contentOf = (key: string) => artifacts.find((artifact) => artifact.key === key)?.content;
  expect(contentOf('broken-images')).toEqual([{ path: 'top/torn.png', reason: expect.any(String) }]);
  expect(contentOf('classes')).toEqual([
    { class: 'bottom', train: expect.any(Number), validation: expect.any(Number), test: expect.any(Number) },
    expect.objectContaining({ class: 'left' }),
    expect.objectContaining({ class: 'top' }),
  ]);
});

test('more broken images than accepted fail the flow', async () => {
  const { folder, run } = await temporaryProject();
  await drawCorners(path.join(folder, 'corners'), 5);
  for (const name of ['a', 'b', 'c']) await writeFile(path.join(folder, 'corners', 'top', `${name}.jpg`), 'no picture');
  await run('collect', { source: 'folder:corners' });
  const outcome = await run('prep', { imageSize: 16, decodeWorkers: 1 });
  expect(outcome.error).toMatchObject({ code: 'DATA', message: expect.stringMatching(/3 of 18 images are broken/) });
});

test('a class that would have no test samples is named', async () => {
  const { folder, run } = await temporaryProject();
  await drawCorners(path.join(folder, 'corners'), 30);
  await writeFiles(path.join(folder, 'corners'), { 'lonely/0.png': await makePng(7) });
  await run('collect', { source: 'folder:corners' });
  const outcome = await run('prep', { imageSize: 16, decodeWorkers: 1, splitSalt: 'b' });
  expect(outcome.flowRun.state.kind).toBe('Failed');
  expect(outcome.error).toMatchObject({ code: 'DATA', message: expect.stringContaining('"lonely"') });
});

test("a source's own test set becomes the test split; with fewer than two images a class it is reported apart", async () => {
  const { folder, run } = await temporaryProject();
  await drawCorners(path.join(folder, 'judged', 'train'), 20);
  await drawCorners(path.join(folder, 'judged', 'test'), 2, 100);
  await run('collect', { source: 'folder:judged' });
  expect((await run('prep', { imageSize: 16, decodeWorkers: 1 })).result).toMatchObject({ splits: { test: 6 } });

  await drawCorners(path.join(folder, 'shown', 'train'), 30);
  await drawCorners(path.join(folder, 'shown', 'test'), 1, 100);
  await run('collect', { source: 'folder:shown' });
  expect((await run('prep', { imageSize: 16, decodeWorkers: 1 })).result).toMatchObject({ splits: { apart: 3 } });
});

test('all parameters that do not fit are told at once', async () => {
  const { run } = await temporaryProject();
  const outcome = await run('prep', { imageSize: 4, channels: 2, validationShare: 0.9, speed: 1 });
  expect(outcome.flowRun.state.kind).toBe('Failed');
  for (const name of ['imageSize', 'channels', 'validationShare', 'speed']) {
    expect(outcome.error?.message).toContain(name);
  }
});
