import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';

type Maps = { readonly shape: readonly [number, number, number]; readonly at: Float64Array };
type Weights = readonly Float64Array[];

/**
 * The loss of a stack of a few kinds of layers, as their definitions have it, in 64 bits and with plain loops, and its gradients by
 * central differences: what engines are held against where TensorFlow.js is no reference.
 */
export function float64Gradients(
  model: LayersModel,
  images: ArrayLike<number>,
  labels: ArrayLike<number>,
): Float64Array[] {
  const weights = model.weights.map((weight) => Float64Array.from(weight.read().dataSync()));
  const loss = (): number => meanLoss(model, weights, images, labels);
  return weights.map((weight) =>
    Float64Array.from(weight, (value, index) => {
      weight[index] = value + STEP;
      const above = loss();
      weight[index] = value - STEP;
      const below = loss();
      weight[index] = value;
      return (above - below) / (2 * STEP);
    }),
  );
}

const STEP = 1e-5;

function meanLoss(model: LayersModel, weights: Weights, images: ArrayLike<number>, labels: ArrayLike<number>): number {
  const [, height = 0, width = 0, channels = 0] = model.inputs[0]!.shape.map(Number);
  const size = height * width * channels;
  const losses = Array.from(labels, (label, image) => {
    const pixels = Float64Array.from({ length: size }, (_, index) => images[image * size + index]!);
    return crossEntropy(run(model, weights, { shape: [height, width, channels], at: pixels }), label);
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

function crossEntropy(logits: Float64Array, label: number): number {
  const largest = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return Math.log(sum) + largest - logits[label]!;
}

function run(model: LayersModel, weights: Weights, pixels: Maps): Float64Array {
  let maps = pixels;
  let used = 0;
  for (const layer of model.layers) {
    const own = weights.slice(used, used + layer.weights.length);
    used += own.length;
    const forward = FORWARD[layer.getClassName()];
    if (forward === undefined) throw new RangeError(`No 64-bit form of ${layer.getClassName()}.`);
    const shapes = layer.weights.map(({ shape }) => shape.map(Number));
    maps = forward(maps, { config: config.parse(layer.getConfig()), weights: own, shapes });
  }
  return maps.at;
}

const pair = z.union([z.tuple([z.number(), z.number()]), z.number().transform((size) => [size, size] as const)]);
const config = z.object({
  scale: z.number().default(1),
  offset: z.number().default(0),
  strides: pair.default([1, 1]),
  dilationRate: pair.default([1, 1]),
  poolSize: pair.default([1, 1]),
  size: pair.default([1, 1]),
  padding: z.string().default('valid'),
  activation: z.string().default('linear'),
});

type Options = {
  readonly config: z.output<typeof config>;
  readonly weights: Weights;
  readonly shapes: readonly (readonly number[])[];
};

const FORWARD: Readonly<Record<string, (maps: Maps, options: Options) => Maps>> = {
  Rescaling: ({ shape, at }, { config: { scale, offset } }) => ({
    shape,
    at: at.map((value) => value * scale + offset),
  }),
  HardSwish: ({ shape, at }) => ({
    shape,
    at: at.map((value) => (value * Math.min(Math.max(value + 3, 0), 6)) / 6),
  }),
  Flatten: ({ at }) => ({ shape: [1, 1, at.length], at }),
  Dense: ({ at }, { weights: [kernel, bias], shapes }) => {
    const units = shapes[0]![1]!;
    const sum = (unit: number): number =>
      at.reduce((total, value, input) => total + value * kernel![input * units + unit]!, bias![unit]!);
    return { shape: [1, 1, units], at: Float64Array.from({ length: units }, (_, unit) => sum(unit)) };
  },
  Conv2D: ({ shape, at }, { config: { dilationRate, activation }, weights: [kernel, bias], shapes }) => {
    const [rows = 0, columns = 0, channels = 0, filters = 0] = shapes[0]!;
    const [height, width] = shape;
    const result: Maps['shape'] = [
      height - (rows - 1) * dilationRate[0],
      width - (columns - 1) * dilationRate[1],
      filters,
    ];
    return build(result, (y, x, filter) => {
      let sum = bias![filter]!;
      for (let cell = 0; cell < rows * columns * channels; cell += 1) {
        const channel = cell % channels;
        const column = Math.floor(cell / channels) % columns;
        const row = Math.floor(cell / channels / columns);
        const place = (y + row * dilationRate[0]) * width + x + column * dilationRate[1];
        sum += at[place * channels + channel]! * kernel![cell * filters + filter]!;
      }
      return activation === 'tanh' ? Math.tanh(sum) : sum;
    });
  },
  AveragePooling2D: ({ shape: [height, width, channels], at }, { config: { poolSize, strides } }) => {
    const [rows, columns] = [Math.ceil(height / strides[0]), Math.ceil(width / strides[1])];
    const before = (axis: 0 | 1, places: number, size: number): number =>
      Math.floor(Math.max((places - 1) * strides[axis] + poolSize[axis] - size, 0) / 2);
    const [top, left] = [before(0, rows, height), before(1, columns, width)];
    return build([rows, columns, channels], (y, x, channel) => {
      const seen: number[] = [];
      for (let row = y * strides[0] - top; row < y * strides[0] - top + poolSize[0]; row += 1) {
        for (let column = x * strides[1] - left; column < x * strides[1] - left + poolSize[1]; column += 1) {
          const inside = row >= 0 && column >= 0 && row < height && column < width;
          if (inside) seen.push(at[(row * width + column) * channels + channel]!);
        }
      }
      return seen.reduce((sum, value) => sum + value, 0) / seen.length;
    });
  },
  UpSampling2D: ({ shape: [height, width, channels], at }, { config: { size } }) =>
    build([height * size[0], width * size[1], channels], (y, x, channel) => {
      const place = Math.floor(y / size[0]) * width + Math.floor(x / size[1]);
      return at[place * channels + channel]!;
    }),
};

function build(shape: Maps['shape'], value: (y: number, x: number, channel: number) => number): Maps {
  const [height, width, channels] = shape;
  const at = Float64Array.from({ length: height * width * channels }, (_, index) =>
    value(Math.floor(index / channels / width), Math.floor(index / channels) % width, index % channels),
  );
  return { shape, at };
}
