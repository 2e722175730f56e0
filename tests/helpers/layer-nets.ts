import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Layer, TensorFlow } from '../../src/training/tensorflow.ts';

type Shape = readonly [height: number, width: number, channels: number];
type SymbolicTensor = LayersModel['inputs'][number];

/** Small networks that together use every layer the compiler knows, in each of its ways. They end in a softmax over four classes. */
export function layerNets(tf: TensorFlow): Readonly<Record<string, () => LayersModel>> {
  const { layers } = tf.layers;
  const conv = (filters: number, kernelSize: number | [number, number], options: object = {}): Layer =>
    layers.conv2d({ filters, kernelSize, ...options });
  const smooth = { activation: 'tanh' } as const;
  const padded = { padding: 'same' } as const;
  const stack = (shape: Shape, hidden: () => Layer[]) => (): LayersModel => {
    const model = tf.layers.sequential();
    model.add(layers.rescaling({ scale: 1 / 128, offset: -1, inputShape: [...shape] }));
    for (const layer of [...hidden(), layers.dense({ units: 4, activation: 'softmax' })]) model.add(layer);
    return model;
  };
  const functional = (shape: Shape, body: (pixels: SymbolicTensor) => SymbolicTensor) => (): LayersModel => {
    const input = tf.layers.input({ shape: [...shape] });
    const features = body(apply(layers.rescaling({ scale: 1 / 128, offset: -1 }), input));
    const output = apply(layers.dense({ units: 4, activation: 'softmax' }), features);
    return tf.layers.model({ inputs: input, outputs: output });
  };
  const frozen = <Model extends LayersModel>(model: Model, names: readonly string[]): Model => {
    for (const name of names) model.getLayer(name).trainable = false;
    return model;
  };

  return {
    'one dense layer': stack([5, 4, 2], () => [layers.flatten()]),
    'convolutions: same, valid, strides, sizes that leave a rest': stack([11, 9, 3], () => [
      conv(12, [3, 5], { ...padded, ...smooth, strides: 2, useBias: false }),
      conv(20, 3, { ...padded, activation: 'sigmoid' }),
      conv(9, 2, { strides: 3 }),
      layers.flatten(),
    ]),
    'convolutions 1×1, with and without stride': stack([6, 6, 20], () => [
      conv(16, 1, smooth),
      conv(10, 1, { strides: 2 }),
      layers.flatten(),
    ]),
    'LeNet with dropout in maps and units': stack([12, 12, 1], () => [
      conv(4, 5, { activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.dropout({ rate: 0.3, name: 'maps' }),
      conv(18, 3, { activation: 'relu', ...padded }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: 'relu' }),
      layers.dropout({ rate: 0.5, name: 'units' }),
    ]),
    'pools: ragged, overlapping, same': stack([13, 13, 2], () => [
      conv(16, 3, smooth),
      layers.maxPooling2d({ poolSize: 2, name: 'ragged' }),
      conv(12, 2, smooth),
      layers.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' }),
      layers.averagePooling2d({ poolSize: 3, strides: 1 }),
      layers.averagePooling2d({ poolSize: 2 }),
      layers.flatten(),
    ]),
    'mean of whole maps': stack([8, 8, 3], () => [conv(20, 3, smooth), layers.globalAveragePooling2d({})]),
    'maximum of whole maps': stack([8, 8, 3], () => [conv(20, 3, smooth), layers.globalMaxPooling2d({})]),
    'depthwise convolutions': stack([9, 9, 3], () => [
      conv(20, 3, smooth),
      layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', strides: 2 }),
      layers.depthwiseConv2d({ kernelSize: 2, ...smooth }),
      layers.globalAveragePooling2d({}),
    ]),
    'depthwise convolutions with several filters a channel': stack([8, 8, 3], () => [
      layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 4, ...smooth }),
      layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2 }),
      layers.globalAveragePooling2d({}),
    ]),
    'separable convolutions': stack([8, 8, 3], () => [
      layers.separableConv2d({ filters: 16, kernelSize: 3, padding: 'same', ...smooth }),
      layers.separableConv2d({ filters: 10, kernelSize: 3, strides: 2, depthMultiplier: 2 }),
      layers.flatten(),
    ]),
    'batch normalization of maps': stack([8, 8, 3], () => [
      conv(12, 3, { useBias: false }),
      layers.batchNormalization({}),
      layers.activation(smooth),
      conv(16, 3, { useBias: false }),
      layers.batchNormalization({ momentum: 0.9, epsilon: 1e-2 }),
      layers.globalAveragePooling2d({}),
    ]),
    'batch normalization of rows': stack([4, 4, 1], () => [
      layers.flatten(),
      layers.dense({ units: 6, useBias: false }),
      layers.batchNormalization({}),
      layers.activation(smooth),
    ]),
    'zeros around': stack([6, 6, 3], () => [
      conv(16, 3, smooth),
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 1],
        ],
      }),
      conv(8, 3, { ...padded }),
      layers.flatten(),
    ]),
    'each activation': stack([6, 6, 3], () => [
      conv(12, 3, { activation: 'elu' }),
      conv(12, 1, { activation: 'swish' }),
      layers.leakyReLU({ alpha: 0.1 }),
      tf.hardSwish(),
      conv(12, 1, { activation: 'relu6' }),
      layers.reLU(),
      conv(12, 1, { activation: 'softmax' }),
      layers.flatten(),
      layers.dense({ units: 8, activation: 'softmax' }),
      layers.dense({ units: 6 }),
      layers.elu({}),
      layers.reLU({ maxValue: 6 }),
    ]),
    'reshapes between maps and rows': stack([6, 6, 2], () => [
      conv(12, 3, smooth),
      layers.reshape({ targetShape: [8, 4, 6] }),
      conv(16, 3),
      layers.reshape({ targetShape: [192] }),
      layers.dense({ units: 16, ...smooth }),
      layers.reshape({ targetShape: [1, 1, 16] }),
      conv(9, 1),
      layers.flatten(),
    ]),
    'residuals, gates of one place, concatenations along each axis': functional([5, 5, 3], (pixels) => {
      const first = apply(conv(16, 3, { ...padded, ...smooth }), pixels);
      const second = apply(conv(16, 3, { ...padded, ...smooth }), first);
      const sum = apply(layers.add(), [first, second]);
      const gate = apply(
        layers.dense({ units: 16, activation: 'sigmoid' }),
        apply(layers.globalAveragePooling2d({}), sum),
      );
      const gated = apply(layers.multiply(), [sum, apply(layers.reshape({ targetShape: [1, 1, 16] }), gate)]);
      const beside = apply(layers.concatenate(), [first, gated, apply(conv(5, 1), gated)]);
      const below = apply(layers.concatenate({ axis: 1 }), [beside, beside]);
      const wide = apply(layers.concatenate({ axis: 2 }), [gated, gated]);
      return apply(layers.concatenate(), [
        apply(layers.flatten(), apply(conv(8, 3, { strides: 2 }), below)),
        apply(layers.globalAveragePooling2d({}), wide),
        apply(layers.globalMaxPooling2d({}), beside),
      ]);
    }),
    'a model within the model and a layer, each used twice': functional([6, 6, 3], (pixels) => {
      const inner = tf.layers.sequential({ name: 'inner' });
      inner.add(conv(8, 3, { ...padded, ...smooth, useBias: false, inputShape: [6, 6, 8] }));
      inner.add(layers.batchNormalization({}));
      inner.add(layers.dropout({ rate: 0.2, name: 'drop' }));
      const shared = conv(8, 1, smooth);
      const twice = apply(inner, apply(inner, apply(conv(8, 3, padded), pixels)));
      const once = apply(shared, twice);
      return apply(layers.flatten(), apply(layers.multiply(), [once, apply(shared, once)]));
    }),
    'a softmax that is a layer of its own': () => {
      const model = tf.layers.sequential();
      model.add(layers.flatten({ inputShape: [4, 4, 1] }));
      model.add(layers.rescaling({ scale: 1 / 128, offset: -1 }));
      model.add(layers.dense({ units: 4 }));
      model.add(layers.softmax());
      return model;
    },
    'frozen layers, among them batch normalization': () =>
      frozen(
        stack([8, 8, 3], () => [
          conv(12, 3, { name: 'frozen' }),
          layers.batchNormalization({ name: 'frozenAverages' }),
          layers.activation(smooth),
          conv(8, 3, { useBias: false }),
          layers.batchNormalization({ name: 'alsoFrozen' }),
          layers.flatten(),
        ])(),
        ['frozen', 'frozenAverages', 'alsoFrozen'],
      ),
  };
}

/** Networks whose gradients TensorFlow.js lacks (dilation) or gets wrong (pools beyond the edge, upsampling). */
export function netsBeyondTensorFlow(tf: TensorFlow): Readonly<Record<string, () => LayersModel>> {
  const { layers } = tf.layers;
  const small = (hidden: () => Layer[]) => (): LayersModel => {
    const model = tf.layers.sequential();
    model.add(layers.rescaling({ scale: 1 / 128, offset: -1, inputShape: [5, 4, 1] }));
    model.add(layers.conv2d({ filters: 2, kernelSize: 2, activation: 'tanh' }));
    for (const layer of [...hidden(), layers.flatten(), layers.dense({ units: 4, activation: 'softmax' })]) {
      model.add(layer);
    }
    return model;
  };
  return {
    'dilated convolution': small(() => [layers.conv2d({ filters: 9, kernelSize: 2, dilationRate: [3, 2] })]),
    'average pool beyond the edge': small(() => [
      layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
    ]),
    upsampling: small(() => [layers.upSampling2d({ size: [1, 2] })]),
    'hard-swish': small(() => [tf.hardSwish()]),
  };
}

function apply(layer: { apply: Layer['apply'] }, inputs: SymbolicTensor | SymbolicTensor[]): SymbolicTensor {
  return layer.apply(inputs) as SymbolicTensor;
}
