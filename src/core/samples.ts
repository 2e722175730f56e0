import type { LabelledImages } from './labelled-images.ts';

/** Rows that a model learns from or is asked about. */
export type Rows = {
  /** `[count, ...shape]`, row-major: uint8 for images `[height, width, channels]`, 0..255; float32 for features. */
  readonly inputs: Uint8Array | Float32Array;
  /** Of one row. */
  readonly shape: readonly number[];
  readonly count: number;
};

/** Rows with their classes: `labels` index class names. */
export type Samples = Rows & { readonly labels: Int32Array };

/** Rows with what a model shall say of them: class indices `[count]`, or numbers `[count, outputs]`, row-major. */
export type Examples = Rows & { readonly labels: Int32Array | Float32Array };

/** Images as the rows of a model that takes pixels. */
export function samplesOf({ images, labels, count, height, width, channels }: LabelledImages): Samples {
  return { inputs: images, shape: [height, width, channels], labels, count };
}

/** How many numbers one row has. */
export function rowSize({ shape }: { readonly shape: readonly number[] }): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The rows at these indices, in this order. */
export function pickSamples(samples: Samples, indices: ArrayLike<number>): Samples {
  const size = rowSize(samples);
  const { inputs, labels, shape } = samples;
  const count = indices.length;
  const picked = inputs instanceof Uint8Array ? new Uint8Array(count * size) : new Float32Array(count * size);
  const pickedLabels = new Int32Array(count);
  for (let row = 0; row < count; row += 1) {
    const index = indices[row]!;
    picked.set(inputs.subarray(index * size, (index + 1) * size), row * size);
    pickedLabels[row] = labels[index]!;
  }
  return { inputs: picked, shape, labels: pickedLabels, count };
}
