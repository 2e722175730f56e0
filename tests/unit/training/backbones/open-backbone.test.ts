import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../../../src/core/clock.ts';
import { DataError, EnvironmentError, NotFoundError } from '../../../../src/core/errors.ts';
import { openFeatureExtractor } from '../../../../src/training/backbones/feature-extractor.ts';
import { findBackbone } from '../../../../src/training/backbones/find-backbone.ts';
import { openBackbone } from '../../../../src/training/backbones/open-backbone.ts';
import { quietContext, temporaryFolder } from '../../../helpers/dataset-files.ts';
import { untilWritten, withFileServer } from '../../../helpers/file-server.ts';
import { mobileNetV3Like } from '../../../helpers/random-backbones.ts';
import { testWithRealData } from '../../../helpers/real-data.ts';

const { bytes } = mobileNetV3Like();
const sha256 = createHash('sha256').update(bytes).digest('hex');
const input =
  'input: { name: input, size: 16, layout: NCHW, channels: RGB, scale: 1, offset: 0 }\nfeatures: features\n';

/** A project with `net.yaml` in it. */
async function project(description: string, files: Record<string, Uint8Array> = {}) {
  const root = await temporaryFolder();
  await writeFile(path.join(root, 'net.yaml'), `${description}\n${input}`);
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(root, name), content);
  const filesFolder = path.join(root, 'data/backbones');
  const clock = { ...systemClock, sleep: () => Promise.resolve() };
  const places = { cwd: root, projectRoot: root, filesFolder };
  const options = { ...quietContext(), places, pinsFolder: path.join(root, 'pins'), clock };
  return { root, filesFolder, open: (wanted = 'net.yaml') => openBackbone(wanted, options) };
}

test('finds the file beside its description, in the project, in the folders for such files', async () => {
  const { root, filesFolder, open } = await project('file: a.onnx');
  await expect(open()).rejects.toThrow(`The file a.onnx of backbone net is not there. Looked for:\n  ${root}/a.onnx`);
  await mkdir(filesFolder, { recursive: true });
  await writeFile(path.join(filesFolder, 'a.onnx'), bytes);
  expect(await open()).toMatchObject({ file: path.join(filesFolder, 'a.onnx'), sha256 });
});

test('refuses another file than the one with the hash of the description', async () => {
  const { open } = await project(`file: a.onnx\nsha256: ${'a'.repeat(64)}`, { 'a.onnx': bytes });
  await expect(open()).rejects.toThrow(DataError);
  await expect(open()).rejects.toThrow(`SHA-256 ${'a'.repeat(64)} is expected, received ${sha256}`);
});

test('holds a description without a hash to the file it was first used with', async () => {
  const { root, open } = await project('file: a.onnx', { 'a.onnx': bytes });
  await Promise.all([open(), open()]);
  await writeFile(path.join(root, 'a.onnx'), mobileNetV3Like(24).bytes);
  await writeFile(path.join(root, 'net.yaml'), `file: a.onnx\n${input.replace('16', '24')}`);
  await expect(open()).rejects.toThrow(DataError);
  await expect(open()).rejects.toThrow(`first used with: SHA-256 ${sha256} is expected`);
  expect(await readdir(path.join(root, 'pins'))).toEqual(['net.json']);
});

test('downloads a backbone once, and again when its file was changed', async () => {
  let part = '';
  const arrivedAt = (count: number) => untilWritten(part)(count);
  await withFileServer(bytes, { cutAfter: [1000], arrivedAt }, async ({ url, ranges }) => {
    const { filesFolder, open } = await project(`url: ${url}\nsha256: ${sha256}`);
    part = path.join(filesFolder, `net-${sha256.slice(0, 12)}.onnx.part`);
    const { file } = await open();
    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=/)]);
    await open();
    expect(ranges).toHaveLength(2);
    await writeFile(file, bytes.subarray(5));
    await open();
    expect(ranges).toHaveLength(3);
    expect(await readdir(filesFolder)).toEqual([path.basename(file)]);
  });
});

test('says that the server cannot be reached, and that it has another file', async () => {
  const address = await withFileServer(bytes, {}, async ({ url }) => {
    const { open } = await project(`url: ${url}\nsha256: ${'b'.repeat(64)}`);
    await expect(open()).rejects.toThrow(`must be ${'b'.repeat(64)}, received ${sha256}`);
    return url;
  });
  const { open } = await project(`url: ${address}\nsha256: ${sha256}`);
  await expect(open()).rejects.toThrow(EnvironmentError);
  await expect(open()).rejects.toThrow('cannot be reached');
});

test('knows the backbones of the package by name', async () => {
  const folder = await temporaryFolder();
  const places = { cwd: folder, projectRoot: folder, filesFolder: folder };
  const names = (await readdir('configs/backbones')).map((name) => name.replace('.yaml', ''));
  const found = await Promise.all(names.map((name) => findBackbone(name, places)));
  expect(found.map(({ name }) => name).toSorted()).toEqual([
    'efficientnet_b0',
    'mobilenet_v1_0.25',
    'mobilenet_v1_0.5',
    'mobilenet_v2',
    'mobilenet_v2_w8',
    'mobilenet_v3_small',
  ]);
  await expect(findBackbone('mobilenetv2', places)).rejects.toThrow(NotFoundError);
  await expect(findBackbone('mobilenetv2', places)).rejects.toThrow('Did you mean "mobilenet_v2"?');
  await expect(findBackbone('own.yaml', places)).rejects.toThrow('There is no backbone at');
});

test('says before any image is read that ONNX Runtime cannot run the file', async () => {
  const changed = Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('HardSwish', 'HardSwosh'), 'latin1');
  const { open, root } = await project('file: a.onnx', { 'a.onnx': changed });
  const failed = openFeatureExtractor(await open(), { threads: 1 });
  await expect(failed).rejects.toThrow(DataError);
  await expect(failed).rejects.toThrow(`${root}/a.onnx cannot be run as ${root}/net.yaml describes it: `);
});

testWithRealData('opens the real backbones and gives their features', 'imagenet-models', async (folder) => {
  const root = await temporaryFolder();
  const places = { cwd: root, projectRoot: root, filesFolder: root, extraFolder: folder };
  const options = { ...quietContext(), places, pinsFolder: root, clock: systemClock };
  const widths: number[] = [];
  for (const name of ['mobilenet_v1_0.25', 'mobilenet_v1_0.5', 'mobilenet_v2', 'mobilenet_v2_w8']) {
    const extractor = await openFeatureExtractor(await openBackbone(name, options), { threads: 1 });
    widths.push(extractor.features);
    await extractor.dispose();
  }
  expect(widths).toEqual([256, 512, 1280, 1280]);
});
