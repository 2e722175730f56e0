import type { Pixels } from './pixels.ts';

/**
 * Resizes pixels with a triangle filter that widens with the reduction, so that small details do not alias: the
 * "antialiased bilinear" of Pillow and of `tf.image.resize(antialias=True)`. First along rows, then along columns.
 */
export function resample(pixels: Pixels, height: number, width: number): Pixels {
  if (pixels.height === height && pixels.width === width) return pixels;
  const { channels } = pixels;
  const rows = resizeRows(pixels, filterTaps(pixels.width, width), width);
  const data = resizeColumns(rows, width * channels, filterTaps(pixels.height, height), height);
  return { data, height, width, channels };
}

/** For each output position: where its inputs begin and their weights, which add up to 1. */
type Taps = { readonly starts: Int32Array; readonly weights: readonly Float32Array[] };

function filterTaps(from: number, to: number): Taps {
  const scale = from / to;
  const support = Math.max(1, scale);
  const starts = new Int32Array(to);
  const weights = Array.from({ length: to }, (_, at) => {
    const centre = (at + 0.5) * scale;
    const start = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(from, Math.floor(centre + support + 0.5));
    starts[at] = start;
    const raw = Float32Array.from({ length: Math.max(1, end - start) }, (__, index) =>
      Math.max(0, 1 - Math.abs((start + index + 0.5 - centre) / support)),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return raw.map((weight) => weight / sum);
  });
  return { starts, weights };
}

function resizeRows({ data, height, width: from, channels }: Pixels, taps: Taps, width: number): Float32Array {
  const result = new Float32Array(height * width * channels);
  for (let x = 0; x < width; x += 1) {
    const weights = taps.weights[x]!;
    const start = taps.starts[x]! * channels;
    for (let y = 0; y < height; y += 1) {
      const row = y * from * channels + start;
      const target = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel += 1) {
        let sum = 0;
        for (let tap = 0, at = row + channel; tap < weights.length; tap += 1, at += channels) {
          sum += weights[tap]! * data[at]!;
        }
        result[target + channel] = sum;
      }
    }
  }
  return result;
}

function resizeColumns(rows: Float32Array, stride: number, taps: Taps, height: number): Uint8Array {
  const result = new Uint8Array(height * stride);
  const line = new Float32Array(stride);
  for (let y = 0; y < height; y += 1) {
    const weights = taps.weights[y]!;
    line.fill(0.5);
    for (let tap = 0; tap < weights.length; tap += 1) {
      const from = (taps.starts[y]! + tap) * stride;
      const weight = weights[tap]!;
      for (let at = 0; at < stride; at += 1) line[at] = line[at]! + weight * rows[from + at]!;
    }
    for (let at = 0; at < stride; at += 1) result[y * stride + at] = Math.min(255, line[at]!);
  }
  return result;
}
