import type { ImageShape, Pixels } from './pixels.ts';
import { createResample } from './resample.ts';

/** Stretches pixels to a shape: uint8 `[height, width, channels]`. Pixels that have it already are returned as they are. */
export type FitPixels = (pixels: Pixels, shape: ImageShape) => Uint8Array;

/** Makes what stretches pixels; it is made once for many pictures. */
export function pixelFitter(): FitPixels {
  const resample = createResample();
  return (pixels, shape) => {
    const grey = shape.channels === 1 ? toGrey(pixels) : pixels;
    const sized = resample(grey, shape.height, shape.width);
    return shape.channels === 3 ? toColour(sized).data : sized.data;
  };
}

/** Rec. 601 luma in 16 bit fixed point, as Pillow's `convert('L')`. */
function toGrey(pixels: Pixels): Pixels {
  if (pixels.channels === 1) return pixels;
  const { data, height, width } = pixels;
  const grey = new Uint8Array(height * width);
  for (let at = 0, from = 0; at < grey.length; at += 1, from += 3) {
    grey[at] = (data[from]! * 19_595 + data[from + 1]! * 38_470 + data[from + 2]! * 7_471 + 0x8000) >> 16;
  }
  return { data: grey, height, width, channels: 1 };
}

function toColour(pixels: Pixels): Pixels {
  if (pixels.channels === 3) return pixels;
  const colour = new Uint8Array(pixels.data.length * 3);
  for (let at = 0, to = 0; at < pixels.data.length; at += 1, to += 3) colour.fill(pixels.data[at]!, to, to + 3);
  return { ...pixels, data: colour, channels: 3 };
}
