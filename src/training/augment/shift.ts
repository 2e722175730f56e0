import { bytesPerImage, type ImageShape } from '../image-shape.ts';

/**
 * One uint8 image `[height, width, channels]` moved so many pixels down and to the right, as a new one. What comes in from
 * outside has the colour of the nearest pixel of the border.
 */
export function shift(pixels: Uint8Array, shape: ImageShape, by: { readonly down: number; readonly right: number }) {
  const { height, width, channels } = shape;
  const shifted = new Uint8Array(bytesPerImage(shape));
  let to = 0;
  for (let row = 0; row < height; row += 1) {
    const fromRow = Math.min(Math.max(row - by.down, 0), height - 1);
    for (let column = 0; column < width; column += 1) {
      const fromColumn = Math.min(Math.max(column - by.right, 0), width - 1);
      const from = (fromRow * width + fromColumn) * channels;
      for (let channel = 0; channel < channels; channel += 1, to += 1) shifted[to] = pixels[from + channel]!;
    }
  }
  return shifted;
}
