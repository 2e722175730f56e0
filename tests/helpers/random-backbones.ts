import { checkBackbone } from '../../src/training/backbones/check-backbone.ts';
import type { BackboneInput, BackboneSpec } from '../../src/training/backbones/backbone-spec.ts';
import type { BackboneGraph } from '../../src/training/backbones/feature-graph.ts';
import { encodeModel } from '../../src/training/onnx/encode-model.ts';
import type { Attributes, Dimension } from '../../src/training/onnx/graph.ts';
import { createGraphBuilder, type Value } from '../../src/training/onnx/graph-builder.ts';
import { readOnnxModel } from '../../src/training/onnx/read-model.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import { relabelled } from './restated-onnx.ts';

/** A small network of random weights, of the operators that an exporter leaves of a known one. */
export type RandomBackbone = { readonly bytes: Uint8Array; readonly input: string; readonly features: string };

/** How a backbone for images of 16×16 is fed; each channel is scaled differently. */
export function specOf({ input, features }: RandomBackbone, changes: Partial<BackboneInput> = {}): BackboneSpec {
  return {
    ...{ name: 'net', path: 'net.yaml', source: { kind: 'file', file: 'net.onnx' }, features, power: 1 },
    input: {
      ...{ name: input, height: 16, width: 16, layout: 'NCHW', channels: 'RGB' },
      ...{ scale: [0.01, 0.02, 0.03], offset: [-1, 0, 0.5], ...changes },
    },
  };
}

/** What of it comes before the features. */
export function graphOf(backbone: RandomBackbone, changes: Partial<BackboneInput> = {}): BackboneGraph {
  const spec = specOf(backbone, changes);
  return { spec, model: checkBackbone(spec, readOnnxModel(backbone.bytes, 'net.onnx'), 'net.onnx') };
}

/** What timm's MobileNetV3 becomes: hard-swish, squeeze-excite with a hard sigmoid, depthwise convolutions, channels first. */
export function mobileNetV3Like(size = 16): RandomBackbone {
  const net = createNet('mobilenetv3', 'input', ['N', 3, size, size]);
  const stem = net.node('HardSwish', [net.conv(net.input, 3, 8, { stride: 2 })]);
  const deep = net.node('HardSwish', [net.conv(stem, 8, 8, { groups: 8 })]);
  const squeezed = net.node('Relu', [net.conv(net.node('GlobalAveragePool', [deep]), 8, 4, { kernel: 1 })]);
  const gate = net.node('HardSigmoid', [net.conv(squeezed, 4, 8, { kernel: 1 })], { alpha: { float: 1 / 6 } });
  const block = net.node('Add', [net.conv(net.node('Mul', [deep, gate]), 8, 8, { kernel: 1 }), stem]);
  const head = net.node('HardSwish', [net.conv(net.node('GlobalAveragePool', [block]), 8, 12, { kernel: 1 })]);
  return net.finish(net.node('Flatten', [head], { axis: 1 }), 'features', ['N', 12]);
}

/** What Keras' EfficientNet becomes: scaling inside, swish, squeeze-excite, a logits layer, input channels last, maps unflattened. */
export function efficientNetLike(size = 16): RandomBackbone {
  const net = createNet('efficientnet', 'image', ['N', size, size, 3]);
  const swish = (value: Value) => net.node('Mul', [value, net.node('Sigmoid', [value])]);
  const scaled = net.node('Mul', [net.input, net.weights([], 1 / 255)]);
  const moved = net.node('Transpose', [scaled], { perm: [0, 3, 1, 2] });
  const stem = swish(net.conv(moved, 3, 6, { stride: 2 }));
  const deep = swish(net.conv(stem, 6, 6, { groups: 6, kernel: 5 }));
  const squeezed = swish(net.conv(net.node('GlobalAveragePool', [deep]), 6, 2, { kernel: 1 }));
  const gate = net.node('Sigmoid', [net.conv(squeezed, 2, 6, { kernel: 1 })]);
  const pooled = net.node('GlobalAveragePool', [swish(net.conv(net.node('Mul', [deep, gate]), 6, 10, { kernel: 1 }))]);
  net.output(net.conv(pooled, 10, 1000, { kernel: 1 }), 'predictions', ['N', 1000, 1, 1]);
  return net.finish(pooled, 'avg_pool', ['N', 10, 1, 1]);
}

/** What an exporter of opset 13 leaves of a MobileNetV3: hard-swish in parts, means over axes that are attributes. */
export function opset13Like(size = 16): RandomBackbone {
  const net = createNet('opset13', 'input', ['N', 3, size, size]);
  const gateOf = (value: Value) => net.node('HardSigmoid', [value], { alpha: { float: 1 / 6 } });
  const hardSwish = (value: Value) => net.node('Mul', [value, gateOf(value)]);
  const mean = (value: Value, keepdims: number) => net.node('ReduceMean', [value], { axes: [2, 3], keepdims });
  const stem = hardSwish(net.conv(net.input, 3, 8, { stride: 2 }));
  const deep = hardSwish(net.conv(stem, 8, 8, { groups: 8 }));
  const gate = gateOf(net.conv(net.node('Relu', [net.conv(mean(deep, 1), 8, 4, { kernel: 1 })]), 4, 8, { kernel: 1 }));
  const block = net.node('Add', [net.conv(net.node('Mul', [deep, gate]), 8, 12, { kernel: 1 }), net.conv(stem, 8, 12)]);
  const backbone = net.finish(mean(block, 0), 'features', ['N', 12]);
  return { ...backbone, bytes: relabelled(backbone.bytes, 13) };
}

type ConvOptions = { readonly kernel?: number; readonly stride?: number; readonly groups?: number };

function createNet(name: string, inputName: string, shape: readonly Dimension[]) {
  const graph = createGraphBuilder(name);
  const random = seededRandom(name);
  const input = graph.input(inputName, 'float32', shape);
  const weights = (sizes: readonly number[], only?: number): Value => {
    const length = sizes.reduce((product, each) => product * each, 1);
    const fanIn = length / (sizes[0] ?? 1);
    const limit = Math.sqrt(3 / fanIn);
    const data = Float32Array.from({ length }, () => only ?? random.uniform(-limit, limit));
    return graph.constant({ type: 'float32', shape: sizes, data });
  };
  const node = (operator: string, inputs: readonly Value[], attributes: Attributes = {}): Value =>
    graph.node(operator, inputs, attributes)[0]!;
  return {
    input,
    weights,
    node,
    conv: (value: Value, from: number, to: number, { kernel = 3, stride = 1, groups = 1 }: ConvOptions = {}): Value => {
      const pad = (kernel - 1) / 2;
      const attributes = { strides: [stride, stride], pads: [pad, pad, pad, pad], group: groups };
      return node('Conv', [value, weights([to, from / groups, kernel, kernel]), weights([to])], attributes);
    },
    output: (value: Value, outputName: string, sizes: readonly Dimension[]) =>
      graph.output(value, outputName, 'float32', sizes),
    finish: (features: Value, outputName: string, sizes: readonly Dimension[]): RandomBackbone => {
      graph.output(features, outputName, 'float32', sizes);
      return { bytes: encodeModel(graph.finish()), input: inputName, features: outputName };
    },
  };
}
