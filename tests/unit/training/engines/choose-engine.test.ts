import { expect, test } from '@jest/globals';
import { TrainingError } from '../../../../src/core/errors.ts';
import { buildModel } from '../../../../src/training/build-model.ts';
import { chooseEngine, type Engines } from '../../../../src/training/engines/choose-engine.ts';
import { createCpuEngine } from '../../../../src/training/engines/cpu-engine.ts';
import { createOnnxEngine } from '../../../../src/training/engines/onnx-engine.ts';
import { createTensorFlowEngine } from '../../../../src/training/engines/tensorflow-engine.ts';
import type { TrainingEngine } from '../../../../src/training/engines/training-engine.ts';
import { loadTensorFlow } from '../../../../src/training/tensorflow.ts';

const tf = await loadTensorFlow();
const { layers } = tf.layers;
const cpu = createCpuEngine(tf);
const known = buildModel(tf, { name: 'dense', parameters: {} }, { height: 4, width: 4, channels: 1 }, 3, 1);
const runtime = { kind: 'available', name: 'onnxruntime-node', version: 'onnxruntime-node 1.2.3' } as const;
const none = { kind: 'missing', reason: '@tensorflow/tfjs-node cannot be loaded here' } as const;
const noTensorFlow = createTensorFlowEngine(tf, none);
const engines = (onnx: TrainingEngine, tensorflow = noTensorFlow): Engines => ({
  cpu: () => Promise.resolve(cpu),
  onnx: () => Promise.resolve(onnx),
  tensorflow: () => Promise.resolve(tensorflow),
});
const installed = engines(createOnnxEngine(runtime, { kind: 'blocked', block: 8 }));
const missing = engines(createOnnxEngine({ kind: 'missing', reason: 'onnxruntime-node cannot be loaded here' }));

function modelWith(layer: Parameters<ReturnType<typeof tf.layers.sequential>['add']>[0]) {
  const model = tf.layers.sequential();
  model.add(layers.rescaling({ scale: 1 / 255, inputShape: [4, 4, 1] }));
  model.add(layer);
  model.add(layers.flatten());
  model.add(layers.dense({ units: 2, activation: 'softmax' }));
  return model;
}

test('auto takes the ONNX graph for a model it knows', async () => {
  const { engine, reason } = await chooseEngine('auto', known, installed);
  expect(engine.name).toBe('onnx');
  expect(reason).toBe('the model compiles to an ONNX training graph (onnxruntime-node 1.2.3, on blocks of 8 channels)');
});

test('auto says what is lost where only WebAssembly runs', async () => {
  const because = 'onnxruntime-node cannot be loaded here (no binary)';
  const web = { kind: 'available', name: 'onnxruntime-web', version: 'onnxruntime-web 1.2.3', because } as const;
  const { reason } = await chooseEngine('auto', known, engines(createOnnxEngine(web)));
  expect(reason).toContain(
    `(onnxruntime-web 1.2.3, on plain maps, three to six times slower than native code, because ${because})`,
  );
});

test('auto falls back to cpu and says which layer was the reason', async () => {
  const model = modelWith(layers.permute({ name: 'turn', dims: [2, 1, 3] }));
  const { engine, reason } = await chooseEngine('auto', model, installed);
  expect(engine.name).toBe('cpu');
  expect(reason).toContain("Layer 'turn' (Permute): this kind of layer has no ONNX form yet");
});

test('auto falls back to cpu where the native library is missing', async () => {
  const { engine, reason } = await chooseEngine('auto', known, missing);
  expect(engine.name).toBe('cpu');
  expect(reason).toBe('the cpu engine is used, hundreds of times slower: onnxruntime-node cannot be loaded here');
});

test('auto takes TensorFlow before cpu where the user has installed it', async () => {
  const model = modelWith(layers.permute({ name: 'turn', dims: [2, 1, 3] }));
  const native = createTensorFlowEngine(tf, { kind: 'available', version: 'tfjs-node 4.22.0' });
  const { engine, reason, slow } = await chooseEngine('auto', model, engines(createOnnxEngine(runtime), native));
  expect(engine.name).toBe('tensorflow');
  expect(slow).toBe(true);
  expect(reason).toContain("the tensorflow engine is used (tfjs-node 4.22.0), several times slower: Layer 'turn'");
});

test('tensorflow asked for where it is not installed is an error saying so', async () => {
  await expect(chooseEngine('tensorflow', known, installed)).rejects.toThrow(
    'Engine tensorflow cannot train this model: @tensorflow/tfjs-node cannot be loaded here',
  );
});

test('onnx asked for but impossible is an error naming layer and option', async () => {
  const model = modelWith(
    layers.conv2d({ name: 'edges', filters: 2, kernelSize: 3, kernelConstraint: 'nonNeg', activation: 'relu' }),
  );
  const choice = chooseEngine('onnx', model, installed);
  await expect(choice).rejects.toThrow(TrainingError);
  await expect(choice).rejects.toThrow("Layer 'edges' (Conv2D): this setting of kernelConstraint has no ONNX form");
  await expect(chooseEngine('onnx', known, missing)).rejects.toThrow('Engine onnx cannot train this model');
});

test('cpu asked for is cpu', async () => {
  const { engine, reason } = await chooseEngine('cpu', known, installed);
  expect(engine).toBe(cpu);
  expect(reason).toMatch(/^engine cpu was asked for \(tfjs \d/);
});

test('says why the blocked convolutions are not used', async () => {
  const plain = createOnnxEngine(runtime, { kind: 'plain', reason: 'a check failed' });
  const { reason } = await chooseEngine('auto', known, engines(plain));
  expect(reason).toContain('on plain maps, up to three times slower than on blocks, because a check failed');
});

test('cpu asked for a dilated convolution is an error naming the layer', async () => {
  const model = modelWith(layers.conv2d({ name: 'far', filters: 2, kernelSize: 2, dilationRate: 2 }));
  await expect(chooseEngine('cpu', model, installed)).rejects.toThrow(
    "Layer 'far' (Conv2D): TensorFlow.js has no gradient of dilated convolutions",
  );
  expect((await chooseEngine('auto', model, installed)).engine.name).toBe('onnx');
});

test('a dilated depthwise convolution is an error in every engine: TensorFlow.js would predict something else', async () => {
  const model = modelWith(layers.depthwiseConv2d({ name: 'far', kernelSize: 2, dilationRate: 2 }));
  await expect(chooseEngine('onnx', model, installed)).rejects.toThrow(
    "Layer 'far' (DepthwiseConv2D): TensorFlow.js leaves its dilation out",
  );
  await expect(chooseEngine('auto', model, installed)).rejects.toThrow("Layer 'far'");
});
