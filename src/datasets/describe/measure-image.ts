import { z } from 'zod';
import { pixelFitter, type FitPixels } from '../decode/fit-pixels.ts';
import type { Pixels } from '../decode/pixels.ts';
import { HASHED_SIDE, perceptualHash } from './perceptual-hash.ts';

/** What is kept of an image once it was looked at. */
export const imageMeasureSchema = z.object({
  path: z.string(),
  /** Absent in a detection dataset. */
  label: z.int().exactOptional(),
  set: z.enum(['train', 'validation', 'test']).exactOptional(),
  /** What the file's bytes say; absent where samples have no files of their own. */
  format: z.enum(['jpeg', 'png', 'webp', 'gif', 'bmp', 'tiff', 'avif']).exactOptional(),
  width: z.int(),
  height: z.int(),
  /** 1: every pixel is grey. */
  channels: z.union([z.literal(1), z.literal(3)]),
  /** Of each channel the mean and the mean square, of values 0..1. */
  means: z.array(z.number()),
  squares: z.array(z.number()),
  /** Mean of the grey picture, 0..1. */
  brightness: z.number(),
  /** Variance of the Laplacian of the grey picture (of values 0..255) at no more than 256 pixels a side. */
  sharpness: z.number(),
  /** Perceptual hash: 16 hexadecimal digits. */
  hash: z.string(),
  /** The grey picture at 8 × 8, base64. */
  tiny: z.string(),
});
export type ImageMeasure = z.infer<typeof imageMeasureSchema>;

/** Measures decoded pixels. */
export type MeasurePixels = (pixels: Pixels) => Omit<ImageMeasure, 'path' | 'label' | 'set' | 'format'>;

/** Makes what measures decoded pixels; it is made once for many pictures. */
export function pixelMeasurer(): MeasurePixels {
  const [fitLarge, fitHashed, fitTiny] = [pixelFitter(), pixelFitter(), pixelFitter()];
  return (pixels) => {
    const { width, height, channels } = pixels;
    const grey = fitGrey(fitLarge, pixels, reduced(pixels));
    const hashed = fitGrey(fitHashed, grey, { width: HASHED_SIDE, height: HASHED_SIDE });
    const tiny = fitGrey(fitTiny, hashed, { width: TINY_SIDE, height: TINY_SIDE });
    return {
      ...{ width, height, channels },
      ...channelMoments(pixels),
      brightness: mean(grey.data) / 255,
      sharpness: laplacianVariance(grey),
      hash: perceptualHash(hashed),
      tiny: Buffer.from(tiny.data).toString('base64'),
    };
  };
}

const TINY_SIDE = 8;
const MOST_SIDE = 256;

type Size = { readonly width: number; readonly height: number };

/** Sharpness is compared at one scale: larger photos are reduced, smaller ones stay. */
function reduced({ width, height }: Size): Size {
  const factor = Math.min(1, MOST_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

function fitGrey(fit: FitPixels, pixels: Pixels, { width, height }: Size): Pixels {
  return { data: fit(pixels, { width, height, channels: 1 }), width, height, channels: 1 };
}

function mean(values: Uint8Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function channelMoments({ data, channels }: Pixels): Pick<ImageMeasure, 'means' | 'squares'> {
  const sums = new Array<number>(channels).fill(0);
  const squares = new Array<number>(channels).fill(0);
  for (let channel = 0; channel < channels; channel += 1) {
    let [sum, square] = [0, 0];
    for (let at = channel; at < data.length; at += channels) {
      const value = data[at]!;
      sum += value;
      square += value * value;
    }
    sums[channel] = sum;
    squares[channel] = square;
  }
  const count = data.length / channels;
  return {
    means: sums.map((sum) => sum / count / 255),
    squares: squares.map((square) => square / count / 255 ** 2),
  };
}

/** The focus measure of Pech-Pacheco et al. (2000): how much neighbours differ; 0 for pictures without inner pixels. */
function laplacianVariance({ data, width, height }: Pixels): number {
  let [sum, squares, count] = [0, 0, 0];
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const value = data[at - 1]! + data[at + 1]! + data[at - width]! + data[at + width]! - 4 * data[at]!;
      sum += value;
      squares += value * value;
      count += 1;
    }
  }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}
