import { beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { exportModel } from '../../src/app/export-model.ts';
import { NotFoundError } from '../../src/core/errors.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import { saveModelVersion } from '../../src/models/save-model-version.ts';
import { buildHead } from '../../src/training/build-model.ts';
import { saveModelFiles } from '../../src/training/model-files.ts';
import { readOnnxModel } from '../../src/training/onnx/read-model.ts';
import { loadPredictor } from '../../src/training/predictor.ts';
import { loadTensorFlow } from '../../src/training/tensorflow.ts';
import { aModelVersion } from '../helpers/model-versions.ts';
import { checkerTest, checkOnnxFiles } from '../helpers/onnx-checker.ts';
import { temporaryProject, type TestProject } from '../helpers/project.ts';
import { graphOf, opset13Like } from '../helpers/random-backbones.ts';
import { expectClose, runOnnx, startRuntimeHosts } from '../helpers/runtime-hosts.ts';

const hosts = await startRuntimeHosts();
const random = seededRandom('backbone export');
const images = Uint8Array.from({ length: 3 * 16 * 16 * 3 }, () => random.integer(256));

let project: TestProject;
let saved: string;
beforeAll(async () => {
  project = await temporaryProject();
  const { registry, project: places, clock } = project.services;
  const tf = await loadTensorFlow();
  const head = buildHead(tf, { name: 'mlp', parameters: { units: 8 } }, 12, 2, 1);
  const layer = head.getLayer('classes');
  layer.setWeights([tf.core.randomUniform([8, 2], -2, 2, 'float32', 3), tf.core.zeros([2])]);
  const source = path.join(project.folder, 'trained');
  await saveModelFiles(head, source, { classNames: ['a', 'b'], backbone: graphOf(opset13Like()) });
  const { card } = aModelVersion(source);
  const backbone = { name: 'net', sha256: 'b'.repeat(64), features: 12 };
  const version = aModelVersion(source, { card: { ...card, backbone } });
  saved = (await saveModelVersion(registry.db, clock, places.modelsDir, version)).folder;
});

test('a model on a backbone of opset 13 is exported with opset 17 and 18, and gives the probabilities of the version', async () => {
  const predictor = await loadPredictor(saved);
  const expected = await predictor.predict(images, 3);
  await predictor.dispose();
  expect(new Set(expected.map((value) => Math.round(value * 100))).size).toBeGreaterThan(3);
  const feeds = { image: { type: 'uint8', shape: [3, 16, 16, 3], data: images } } as const;
  for (const opset of [undefined, 17, 18] as const) {
    const target = `signs-${opset ?? 'own'}.onnx`;
    const { path: file } = await exportModel(project.services, 'signs/1', target, { format: 'onnx', opset });
    const onnx = await readFile(file);
    expect([...readOnnxModel(onnx, file).opsets]).toEqual([['', opset ?? 13]]);
    for (const host of hosts) expectClose((await runOnnx(host, onnx, feeds)).probabilities, expected);
  }
});

checkerTest('the checker takes it in its own opset and in 17', async () => {
  const targets = await Promise.all(
    ([undefined, 17] as const).map(async (opset) => {
      const target = `checked-${opset ?? 'own'}.onnx`;
      return (await exportModel(project.services, 'signs/1', target, { format: 'onnx', opset })).path;
    }),
  );
  const [own, raised] = checkOnnxFiles(targets);
  expect(own).toMatch(/^Add Cast Conv .*ReduceMean .*Softmax .*=13$/);
  expect(raised).toMatch(/^Add Cast Conv .*ReduceMean .*Softmax .*=17$/);
});

test('for TensorFlow.js it is refused, with what to do instead', async () => {
  const exported = exportModel(project.services, 'signs/1', 'web', { format: 'tfjs' });
  await expect(exported).rejects.toThrow(NotFoundError);
  await expect(exported).rejects.toThrow(
    'signs version 1 is not there in a form that TensorFlow.js loads: it is a head on the features of backbone net, ' +
      'which is an ONNX graph. Export both as one file with --format onnx',
  );
});
