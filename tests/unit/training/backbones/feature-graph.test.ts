import { expect, test } from '@jest/globals';
import * as ort from 'onnxruntime-node';
import { checkBackbone } from '../../../../src/training/backbones/check-backbone.ts';
import type { BackboneSpec } from '../../../../src/training/backbones/backbone-spec.ts';
import { classifierGraph, featureGraph } from '../../../../src/training/backbones/feature-graph.ts';
import { encodeModel } from '../../../../src/training/onnx/encode-model.ts';
import { createGraphBuilder } from '../../../../src/training/onnx/graph-builder.ts';
import { createOperators } from '../../../../src/training/onnx/operators.ts';
import { readOnnxModel } from '../../../../src/training/onnx/read-model.ts';
import { efficientNetLike, mobileNetV3Like, specOf, type RandomBackbone } from '../../../helpers/random-backbones.ts';

const SIZE = 16;
const COUNT = 3;
const pixels = Uint8Array.from({ length: COUNT * SIZE * SIZE * 3 }, (_, index) => (index * 7919) % 256);

/** The backbone itself, fed with floats made by hand. */
async function bare({ bytes, input, features }: RandomBackbone, spec: BackboneSpec): Promise<number[]> {
  const { layout, channels, scale, offset } = spec.input;
  const floats = new Float32Array(pixels.length);
  pixels.forEach((pixel, index) => {
    const channel = channels === 'BGR' ? 2 - (index % 3) : index % 3;
    const [place, image] = [Math.floor(index / 3) % (SIZE * SIZE), Math.floor(index / (SIZE * SIZE * 3))];
    const to = layout === 'NHWC' ? index - (index % 3) + channel : (image * 3 + channel) * SIZE * SIZE + place;
    floats[to] = pixel * scale[channel]! + offset[channel]!;
  });
  const shape = layout === 'NHWC' ? [COUNT, SIZE, SIZE, 3] : [COUNT, 3, SIZE, SIZE];
  const session = await ort.InferenceSession.create(bytes);
  const outputs = await session.run({ [input]: new ort.Tensor('float32', floats, shape) }, [features]);
  return Array.from(outputs[features]!.data as Float32Array);
}

test.each([
  ['of the operators of MobileNetV3', mobileNetV3Like(), {}],
  ['that takes BGR', mobileNetV3Like(), { channels: 'BGR' }],
  [
    'of the operators of EfficientNet, channels last',
    efficientNetLike(),
    { layout: 'NHWC', scale: [1, 1, 1], offset: [0, 0, 0] },
  ],
] as const)('gives the features of a backbone %s from uint8 images', async (_, backbone, changes) => {
  const spec = specOf(backbone, changes);
  const model = checkBackbone(spec, readOnnxModel(backbone.bytes, 'net.onnx'), 'net.onnx');
  const session = await ort.InferenceSession.create(featureGraph({ spec, model }), { graphOptimizationLevel: 'all' });
  const { features } = await session.run({ image: new ort.Tensor('uint8', pixels, [COUNT, SIZE, SIZE, 3]) });
  const expected = await bare(backbone, spec);
  expect(features!.dims).toEqual([COUNT, expected.length / COUNT]);
  Array.from(features!.data as Float32Array).forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 4));
});

test('joins a head to the backbone: one file from uint8 images to probabilities', async () => {
  const backbone = mobileNetV3Like();
  const spec = specOf(backbone);
  const model = checkBackbone(spec, readOnnxModel(backbone.bytes, 'net.onnx'), 'net.onnx');
  const onnx = classifierGraph({ spec, model }, linearHead(12, 4), { classes: 4, metadata: { classNames: '["a"]' } });
  const session = await ort.InferenceSession.create(onnx, { graphOptimizationLevel: 'all' });
  const { probabilities } = await session.run({ image: new ort.Tensor('uint8', pixels, [COUNT, SIZE, SIZE, 3]) });
  const features = await bare(backbone, spec);
  expect(probabilities!.dims).toEqual([COUNT, 4]);
  for (let image = 0; image < COUNT; image += 1) {
    const row = features.slice(image * 12, image * 12 + 12);
    const logits = [0, 1, 2, 3].map((unit) => row.reduce((sum, value, at) => sum + value * ((at % 4) - unit / 2), 0));
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    logits.forEach((logit, unit) =>
      expect((probabilities!.data as Float32Array)[image * 4 + unit]).toBeCloseTo(Math.exp(logit) / sum, 4),
    );
  }
  expect(Buffer.from(onnx).includes('classNames')).toBe(true);
});

function linearHead(features: number, classes: number): Uint8Array {
  const graph = createGraphBuilder('head');
  const ops = createOperators(graph);
  const input = graph.input('features', 'float32', ['N', features]);
  const data = Float32Array.from(
    { length: features * classes },
    (_, at) => (Math.floor(at / classes) % 4) - (at % classes) / 2,
  );
  const kernel = graph.constant({ type: 'float32', shape: [features, classes], data });
  graph.output(ops.softmax(ops.gemm(input, kernel)), 'probabilities', 'float32', ['N', classes]);
  return encodeModel(graph.finish());
}

test('leaves out what only the classifier behind the features needs', () => {
  const backbone = efficientNetLike();
  const spec = specOf(backbone, { layout: 'NHWC' });
  const model = checkBackbone(spec, readOnnxModel(backbone.bytes, 'net.onnx'), 'net.onnx');
  expect(featureGraph({ spec, model }).length).toBeLessThan(backbone.bytes.length / 2);
});

test.each([
  ['an input of another name', { name: 'pixels' }, 'there is no input "pixels"; there is "input" [N, 3, 16, 16]'],
  ['another size', { height: 32 }, 'input "input" is expected to be [N, 3, 32, 16] (NCHW), it is [N, 3, 16, 16]'],
  ['another layout', { layout: 'NHWC' }, 'expected to be [N, 16, 16, 3] (NHWC), it is [N, 3, 16, 16]'],
] as const)('names file, expected and found for %s', (_, changes, message) => {
  const backbone = mobileNetV3Like();
  const check = () => checkBackbone(specOf(backbone, changes), readOnnxModel(backbone.bytes, 'a.onnx'), '/m/a.onnx');
  expect(check).toThrow('/m/a.onnx does not fit net.yaml: ');
  expect(check).toThrow(message);
});

test('names the outputs there are when the features have another name', () => {
  const backbone = efficientNetLike();
  const spec = { ...specOf(backbone, { layout: 'NHWC' }), features: 'avgpool' };
  expect(() => checkBackbone(spec, readOnnxModel(backbone.bytes, 'a'), 'a')).toThrow(
    'there is no value "avgpool"; its outputs are "predictions" [N, 1000, 1, 1], "avg_pool" [N, 10, 1, 1]. Did you mean "avg_pool"?',
  );
});

test.each([
  ['nothing', Buffer.alloc(0), 'it is empty'],
  ['a Git LFS pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\noid'), 'it is a Git LFS pointer'],
  ['a web page', Buffer.from('<!DOCTYPE html><html>'), 'it is a web page'],
  ['a zip archive', Buffer.from('PK\u0003\u0004abc'), 'it is a zip archive'],
  ['random bytes', Buffer.from(pixels.subarray(0, 300)), 'is not an ONNX file'],
  ['the first half of a file', mobileNetV3Like().bytes.subarray(0, 2000), 'it ends within a field'],
])('says of %s that it is no ONNX file', (_, bytes, message) => {
  expect(() => readOnnxModel(bytes, '/m/a.onnx')).toThrow(message);
  expect(() => readOnnxModel(bytes, '/m/a.onnx')).toThrow('/m/a.onnx is not an ONNX file: ');
});
