import { afterAll, expect, test } from '@jest/globals';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { loadSharp } from '../../src/core/load-sharp.ts';
import {
  createTestHarness,
  flow,
  loadModel,
  logArtifact,
  logMetric,
  logParam,
  registerModel,
} from '../../src/index.ts';
import { predictImages } from '../../src/app/predict.ts';
import { listAliases } from '../../src/registry/model-aliases.ts';
import { listModelVersions } from '../../src/registry/model-versions.ts';
import { listTrainingRuns } from '../../src/registry/training-runs.ts';
import { buildModel } from '../../src/training/build-model.ts';
import { loadTensorFlow } from '../../src/training/tensorflow.ts';
import { saveLayersModel } from '../../src/training/layers-files.ts';

const sharp = loadSharp();

const nothing = z.strictObject({});
const harness = await createTestHarness();
const { project, registry } = harness.services;
const room = join(project.root, 'room');
await mkdir(room);
afterAll(() => harness.close());

const inFlow = <Result extends null | boolean | number | string | readonly string[] | readonly number[]>(
  body: () => Promise<Result>,
) => harness.run(flow({ name: 'models', parameters: nothing }, body), {});

async function drawImage(): Promise<Buffer> {
  return sharp({ create: { width: 12, height: 12, channels: 3, background: '#804020' } })
    .png()
    .toBuffer();
}

test('a saved LayersModel becomes a version with signature, params and metrics, and is loaded again by alias', async () => {
  const shape = { height: 8, width: 8, channels: 3 };
  const model = buildModel(await loadTensorFlow(), { name: 'dense', parameters: {} }, shape, 2, 1);
  await saveLayersModel(model, join(room, 'layers'));
  await writeFile(join(room, 'image.png'), await drawImage());
  const source = join(room, 'layers');
  const registered = await inFlow(async () => {
    logParam('units', 4);
    logMetric('testAccuracy', 0.75, { step: 2 });
    const first = await registerModel(source, 'signs', {
      classNames: ['yes', 'no'],
      alias: 'champion',
      tags: { by: 'me' },
    });
    const again = await registerModel(source, 'signs', { classNames: ['yes', 'no'], alias: 'champion' });
    return [first.version, again.version];
  });
  expect(registered).toMatchObject({ error: undefined, result: [1, 1] });
  const [version] = await listModelVersions(registry.db, { modelName: 'signs' });
  expect(version).toMatchObject({
    metrics: { testAccuracy: 0.75 },
    flowRunId: registered.id,
    card: {
      parameters: { units: 4 },
      signature: { input: { height: 8, width: 8, channels: 3 }, output: { classNames: ['yes', 'no'] } },
    },
  });

  const used = await inFlow(async () => {
    const byAlias = await loadModel('models:/signs@champion');
    const { label, ranked } = await byAlias.predict(join(room, 'image.png'));
    const pixels = await byAlias.predictPixels(new Uint8Array(2 * 8 * 8 * 3), 2);
    const byVersion = await loadModel('models:/signs/1');
    const byRun = await loadModel(`runs:/${version!.trainingRunId!}`);
    expect(byRun.signature).toEqual(byVersion.signature);
    await byVersion.close();
    await expect(byVersion.predict(await drawImage())).rejects.toThrow('was closed');
    return [label === ranked[0]!.label, ranked.length, pixels.length].map(String);
  });
  expect(used).toMatchObject({ error: undefined, result: ['true', '2', '4'] });
  const { images } = await predictImages(harness.services, {
    paths: [join(room, 'image.png')],
    signal: new AbortController().signal,
  });
  expect(images[0]).toMatchObject({ modelVersion: 'signs/1' });
});

test('other files of the same run are the next version, any folder is taken, and wrong use is told', async () => {
  await mkdir(join(room, 'any'), { recursive: true });
  await writeFile(join(room, 'any/weights.txt'), '1');
  const run = await inFlow(async () => {
    const first = await registerModel(join(room, 'any'), 'other');
    await writeFile(join(room, 'any/weights.txt'), '2');
    const second = await registerModel(join(room, 'any'), 'other', { alias: 'challenger' });
    const loaded = await loadModel('models:/other@challenger');
    expect(loaded.signature).toBeNull();
    expect(await readdir(loaded.folder)).toEqual(['model.json', 'weights.txt']);
    await expect(loaded.predict(await drawImage())).rejects.toThrow('is no image classifier');
    return [first.version, second.version];
  });
  expect(run).toMatchObject({ error: undefined, result: [1, 2] });
  expect(await listAliases(registry.db, 'other')).toMatchObject([{ alias: 'challenger', version: 2 }]);
  const request = { paths: [join(room, 'image.png')], model: 'other/2', signal: new AbortController().signal };
  await expect(predictImages(harness.services, request)).rejects.toThrow('other version 2 is no image classifier');

  const told = async (body: () => Promise<unknown>) => (await inFlow(() => body().then(() => null))).error?.message;
  expect(await told(() => registerModel(join(room, 'nowhere'), 'other'))).toContain('there is no file or folder');
  expect(await told(() => registerModel(join(room, 'any'), '../x'))).toContain('cannot name a model');
  expect(await told(() => registerModel(join(room, 'layers'), 'signs', { classNames: ['a'] }))).toContain(
    'the model tells 2 classes apart, but 1 class names were given',
  );
  expect(await told(() => loadModel('models:/sings@champion'))).toContain('There are: other, signs.');
  expect(await told(() => loadModel('s3:/bucket'))).toContain('Write models:/NAME@ALIAS');
  await expect(loadModel('models:/signs')).rejects.toThrow('loadModel was called outside of a flow run.');
});

test('files that a run logged are loaded by runs:/ID/artifact', async () => {
  const { folder } = await (async () => {
    const [version] = await listModelVersions(registry.db, { modelName: 'signs' });
    return { folder: join(project.modelsDir, version!.path) };
  })();
  const logged = await inFlow(async () => {
    await logArtifact(join(folder, 'model.onnx'), 'net/model.onnx');
    return null;
  });
  const [row] = await listTrainingRuns(registry.db, { flowRunId: logged.id });
  const used = await inFlow(async () => {
    const model = await loadModel(`runs:/${row!.id}/net`);
    const { ranked } = await model.predict(await drawImage());
    return ranked.map(({ label }) => label).sort();
  });
  expect(used).toMatchObject({ error: undefined, result: ['0', '1'] });
  expect(await readdir(join(project.home, 'work'))).toEqual([]);
});
