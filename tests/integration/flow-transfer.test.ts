import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { predictImages } from '../../src/app/predict.ts';
import { collectGarbage, findGarbage } from '../../src/app/garbage/collect-garbage.ts';
import type { Garbage } from '../../src/app/garbage/garbage.ts';
import { findRemovableData, removeData } from '../../src/app/remove-data.ts';
import { DAY_MS, systemClock } from '../../src/core/clock.ts';
import { listTrainingRuns } from '../../src/registry/training-runs.ts';
import { readSafetensors } from '../../src/storage/safetensors.ts';
import { drawCorners, temporaryProject, type TestProject } from '../helpers/project.ts';
import { mobileNetV3Like } from '../helpers/random-backbones.ts';

const backbone = './net.yaml';
const prepared = { backbone, decodeWorkers: 1, imageSize: 64, channels: 1 };
const searched = { backbone, space: { learningRate: { choice: [0.05] } }, trialEpochs: 3, workers: 1 };

let project: TestProject;
let features: string;
beforeAll(async () => {
  project = await temporaryProject();
  features = path.join(project.folder, 'data', 'features');
  await writeFile(path.join(project.folder, 'net.onnx'), mobileNetV3Like().bytes);
  await writeFile(
    path.join(project.folder, 'net.yaml'),
    'file: net.onnx\nfeatures: features\n' +
      'input: { name: input, size: 16, layout: NCHW, channels: RGB, mean: 0.5, std: 0.25 }\n',
  );
  await drawCorners(path.join(project.folder, 'corners'), 30);
  await project.run('collect', { source: 'folder:corners' });
  await project.run('prep', prepared);
});

test('a head learns from cached features, and its version predicts from images alone', async () => {
  const { result, error } = await project.run('hpo', { ...searched, study: 'head', augmentedCopies: 2 });
  expect(error).toBeUndefined();
  expect(result).toMatchObject({ best: { value: expect.any(Number) } });
  expect(await readdir(features)).toHaveLength(3);
  const registered = await project.run('register', { study: 'head', epochs: 4, threads: 1, gate: 'manual' });
  expect(registered.error).toBeUndefined();

  const folder = path.join(project.services.project.modelsDir, 'corners', '1');
  const card = JSON.parse(await readFile(path.join(folder, 'model.json'), 'utf8')) as Record<string, unknown>;
  expect(card).toMatchObject({
    signature: { input: { height: 16, width: 16, channels: 3 } },
    architecture: { name: 'linear' },
    backbone: { name: 'net', sha256: expect.stringMatching(/^[0-9a-f]{64}$/), features: 12 },
  });
  await rm(path.join(project.folder, 'net.onnx'));
  const picture = path.join(project.folder, 'corners', 'left', '3.png');
  const signal = new AbortController().signal;
  const { images } = await predictImages(project.services, { paths: [picture], model: 'corners/1', signal });
  expect(images).toMatchObject([{ label: expect.stringMatching(/bottom|left|top/) }]);
  await writeFile(path.join(project.folder, 'net.onnx'), mobileNetV3Like().bytes);

  const [run] = await listTrainingRuns(project.services.registry.db, { limit: 1 });
  expect(run?.status).toBe('finished');
});

test('features are computed once, and those of a stopped run are kept', async () => {
  const folders = (await readdir(features)).map((name) => path.join(features, name));
  const shard = path.join(folders[0]!, 'features-00000.safetensors');
  const before = await stat(shard);
  await rm(path.join(folders[0]!, 'index.json'));
  const { error, messages } = await project.run('hpo', { ...searched, study: 'again', augmentedCopies: 2 });
  expect(error).toBeUndefined();
  expect(messages.join('\n')).toContain('12 features an image by net');
  expect((await stat(shard)).mtimeMs).toBe(before.mtimeMs);
  const { tensors } = await readSafetensors(shard);
  expect(tensors.features).toMatchObject({ dtype: 'F32', shape: [expect.any(Number), 12] });
});

test('an architecture that takes images, a cache of another size and a changed backbone are refused by name', async () => {
  const onImages = await project.run('hpo', { ...searched, architecture: 'cnn' });
  expect(onImages.error?.message).toContain(
    'Architecture cnn takes images; on the features of a backbone use a head: linear, mlp.',
  );
  const headOnImages = await project.run('hpo', { architecture: 'mlp' });
  expect(headOnImages.error?.message).toContain('is a head on the features of a backbone');
  await writeFile(path.join(project.folder, 'net.onnx'), mobileNetV3Like(24).bytes);
  const changed = await project.run('register', { study: 'head', epochs: 1 });
  expect(changed.error?.message).toMatch(/does not fit|another file than the one/);
  await writeFile(path.join(project.folder, 'net.onnx'), mobileNetV3Like().bytes);
  await project.run('prep', { imageSize: 20, decodeWorkers: 1 });
  const otherSize = await project.run('hpo', searched);
  expect(otherSize.error?.message).toContain(
    'takes images of 16×16×3, the tensor cache holds 20×20×1. Run prep with backbone=net.',
  );
});

test('garbage collection takes features that nobody used for long, removing a dataset takes the rest', async () => {
  const { services } = project;
  const later = { ...services, clock: { ...systemClock, now: () => systemClock.now() + 40 * DAY_MS } };
  const isFeatures = ({ kind }: Garbage) => kind === 'feature cache';
  expect((await findGarbage(services, 0)).filter(isFeatures)).toEqual([]);
  const [first, ...others] = (await findGarbage(later, 0)).filter(isFeatures);
  expect(others).toHaveLength(2);
  expect(first).toMatchObject({ why: 'nothing has used it for 40 days', bytes: expect.any(Number) });
  await collectGarbage(later, [first!], 0);
  expect(await readdir(features)).toHaveLength(2);

  const rows = await findRemovableData(services, ['corners'], { force: true });
  await removeData(services, rows[0]!);
  expect(await readdir(features)).toEqual([]);
});
