import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DataError, TrainingError } from '../../../../src/core/errors.ts';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import type { Architecture, ArchitectureSpec } from '../../../../src/training/architectures/architecture.ts';
import { ARCHITECTURES } from '../../../../src/training/architectures/catalogue.ts';
import { buildModel } from '../../../../src/training/build-model.ts';
import { predictOnCpu } from '../../../../src/training/engines/cpu-engine.ts';
import { saveModelFiles } from '../../../../src/training/model-files.ts';
import { convertOpset } from '../../../../src/training/onnx/convert-opset.ts';
import { encodeModel } from '../../../../src/training/onnx/encode-model.ts';
import { createGraphBuilder } from '../../../../src/training/onnx/graph-builder.ts';
import { attributesOf, integersAttribute } from '../../../../src/training/onnx/node-attributes.ts';
import { createOperators } from '../../../../src/training/onnx/operators.ts';
import { readOnnxModel } from '../../../../src/training/onnx/read-model.ts';
import { loadTensorFlow } from '../../../../src/training/tensorflow.ts';
import { checkerTest, checkOnnxFiles } from '../../../helpers/onnx-checker.ts';
import { relabelled, withIntegersAs } from '../../../helpers/restated-onnx.ts';
import { expectClose, runOnnx, startRuntimeHosts } from '../../../helpers/runtime-hosts.ts';

const tf = await loadTensorFlow();
const image = { height: 32, width: 32, channels: 3 };
const classes = ['a', 'b', 'c'];
const random = seededRandom('export');
const images = Uint8Array.from({ length: 2 * 32 * 32 * 3 }, () => random.integer(256));

const imageArchitectures = Object.entries<Architecture>(ARCHITECTURES).flatMap(([name, { takes = 'images' }]) =>
  takes === 'images' ? [name] : [],
);

/** Smaller than their defaults, where TensorFlow.js would take seconds. */
const SMALL: Readonly<Record<string, ArchitectureSpec['parameters']>> = {
  'mobilenet-like': { width: 0.25, blocks: 4, headFilters: 24 },
  'vgg-bn': { filters: 4 },
  'resnet-small': { filters: 4 },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'export-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Two reductions that share their axes, and a sum, which had them as an input before. */
function reductions(): Uint8Array {
  const graph = createGraphBuilder('reductions');
  const ops = createOperators(graph);
  const input = graph.input('x', 'float32', ['N', 3, 4]);
  const first = ops.reduceMean(input, [1, 2]);
  const second = ops.reduceMean(graph.node('Relu', [input])[0]!, [1, 2]);
  graph.output(graph.node('Add', [first, second])[0]!, 'mean', 'float32', ['N']);
  graph.output(ops.reduceSum(input, [2]), 'sum', 'float32', ['N', 3]);
  return encodeModel(graph.finish(), { note: 'kept' });
}

const hosts = await startRuntimeHosts();

test.each(imageArchitectures)(
  'an exported %s gives the same numbers in onnxruntime-node, onnxruntime-web and TensorFlow.js, in either opset',
  async (name) => {
    const model = buildModel(tf, { name, parameters: SMALL[name] ?? {} }, image, classes.length, 3);
    // Their initial weights tell the classes apart by nothing.
    tf.core.tidy(() => {
      const [kernel] = model.getLayer('classes').getWeights();
      const values = Float32Array.from({ length: kernel!.size }, () => random.uniform(-0.1, 0.1));
      model.getLayer('classes').setWeights([tf.core.tensor(values, kernel!.shape), tf.core.zeros([classes.length])]);
    });
    const saved = path.join(folder, name);
    await saveModelFiles(model, saved, { classNames: classes });
    const stored = await readFile(path.join(saved, 'model.onnx'));
    const expected = predictOnCpu(tf, model, images, 2);
    expect(new Set(expected.map((value) => Math.round(value * 1000))).size).toBeGreaterThan(3);
    const feeds = { image: { type: 'uint8', shape: [2, 32, 32, 3], data: images } } as const;
    const [newer, older] = [convertOpset(stored, 'model.onnx'), convertOpset(stored, 'model.onnx', 17)];
    await writeFile(path.join(folder, `${name}-17.onnx`), older);
    for (const host of hosts) {
      expectClose((await runOnnx(host, older, feeds)).probabilities, expected);
      expectClose((await runOnnx(host, newer, feeds)).probabilities, expected);
    }
  },
);

test('from opset 18 to 17 reductions take their axes as an attribute, and mean the same', async () => {
  const feeds = {
    x: { type: 'float32', shape: [1, 3, 4], data: Float32Array.from({ length: 12 }, (_, at) => at - 5) },
  } as const;
  const [newer, older] = [convertOpset(reductions(), 'r'), convertOpset(reductions(), 'r', 17)];
  for (const host of hosts) {
    const [expected, lowered] = [await runOnnx(host, newer, feeds), await runOnnx(host, older, feeds)];
    expect(lowered.mean?.data).toEqual(expected.mean?.data);
    expect(lowered.sum?.data).toEqual(expected.sum?.data);
  }
  const { opsets, initializers, nodes } = readOnnxModel(older, 'r');
  expect([...opsets]).toEqual([['', 17]]);
  expect(initializers).toHaveLength(1);
  expect(nodes.filter(({ operator }) => operator === 'ReduceMean').map(({ needs }) => needs.length)).toEqual([1, 1]);
  expect(Buffer.from(older).includes('kept')).toBe(true);
});

test('axes that another exporter wrote as numbers or as nodes become attributes too', () => {
  const expected = axesOf(convertOpset(reductions(), 'r', 17));
  expect(expected).toEqual([
    [1, 2],
    [1, 2],
  ]);
  for (const form of ['numbers', 'nodes'] as const) {
    expect(axesOf(convertOpset(withIntegersAs(form, reductions()), 'r', 17))).toEqual(expected);
  }
});

/** The attribute `axes` of each mean. */
function axesOf(onnx: Uint8Array): number[][] {
  const means = readOnnxModel(onnx, 'r').nodes.filter(({ operator }) => operator === 'ReduceMean');
  return means.map((node) => integersAttribute(attributesOf(node).get('axes') ?? []));
}

checkerTest("the checker of Debian's python3-onnx 1.12 takes opset 17, and not what was converted to it", async () => {
  const files = ['reductions-17.onnx', 'reductions-18.onnx'].map((file) => path.join(folder, file));
  await writeFile(files[0]!, convertOpset(reductions(), 'r', 17));
  await writeFile(files[1]!, convertOpset(reductions(), 'r'));
  const exported = imageArchitectures.map((name) => path.join(folder, `${name}-17.onnx`));
  const [lowered, newer, ...models] = checkOnnxFiles([...files, ...exported]);
  expect(lowered).toBe('Add ReduceMean ReduceSum Relu =17');
  expect(newer).toContain('ReduceMean');
  expect(newer).not.toMatch(/=18/);
  for (const model of models) expect(model).toMatch(/Softmax.* =17$/);
});

test('operators of one runtime, and those a set does not have, are refused by name', () => {
  const graphOf = (operator: string, domain: string): Uint8Array => {
    const graph = createGraphBuilder('strange');
    const input = graph.input('x', 'float32', [1]);
    graph.output(graph.node(operator, [input, input], {}, { domain })[0]!, 'y', 'float32', [1]);
    return encodeModel(graph.finish());
  };
  expect(() => convertOpset(graphOf('FusedMatMul', 'com.microsoft'), 'signs')).toThrow(
    'signs has the operator FusedMatMul of com.microsoft',
  );
  expect(() => convertOpset(graphOf('Mish', ''), 'signs', 17)).toThrow(TrainingError);
  expect(() => convertOpset(graphOf('Mish', ''), 'signs', 17)).toThrow('export it with --opset 18');
  expect(() => convertOpset(relabelled(reductions(), 19), 'new', 18)).toThrow(
    'new has ONNX opset 19; it can be exported as',
  );
  expect(() => convertOpset(Buffer.from('PK'), 'signs.zip')).toThrow(DataError);
});
