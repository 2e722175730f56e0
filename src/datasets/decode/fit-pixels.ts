import type { ImageShape, Pixels } from './pixels.ts';
import { resample } from './resample.ts';

/** Stretches pixels to a shape: uint8 `[height, width, channels]`. Pixels that have it already are returned as they are. */
export function fitPixels(pixels: Pixels, shape: ImageShape): Uint8Array {
  const grey = shape.channels === 1 ? toGrey(pixels) : pixels;
  const sized = resample(grey, shape.height, shape.width);
  return shape.channels === 3 ? toColour(sized).data : sized.data;
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
  pixels.data.forEach((value, at) => colour.fill(value, at * 3, at * 3 + 3));
  return { ...pixels, data: colour, channels: 3 };
}
