import { bytesPerImage, type ImageShape } from '../image-shape.ts';

/** One uint8 image `[height, width, channels]` mirrored, left for right, as a new one. */
export function flip(pixels: Uint8Array, shape: ImageShape): Uint8Array {
  const { width, channels } = shape;
  const rowBytes = width * channels;
  const flipped = new Uint8Array(bytesPerImage(shape));
  for (let to = 0; to < flipped.length; to += channels) {
    const row = to - (to % rowBytes);
    const from = row + rowBytes - channels - (to - row);
    for (let channel = 0; channel < channels; channel += 1) flipped[to + channel] = pixels[from + channel]!;
  }
  return flipped;
}
