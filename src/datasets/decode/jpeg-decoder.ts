import { createRequire } from 'node:module';
import type { JpegFrame } from './plain-jpeg.ts';

/** Decodes a plain JPEG file: uint8 `[height, width, channels]`. Throws what is wrong with it; a file that is cut off need not throw. */
export type DecodeJpeg = (bytes: Uint8Array, frame: JpegFrame) => Uint8Array | Promise<Uint8Array>;

/**
 * The decoder of @napi-rs/image, which takes a quarter of sharp's time for small JPEGs; undefined where the package has no binary
 * for this machine. Its arithmetic is of integers and the same on every processor, its version is pinned: pixels, and so splits,
 * depend on it.
 */
export function loadJpegDecoder(): DecodeJpeg | undefined {
  const native = loadNative();
  if (native === undefined) return undefined;
  return (bytes, { height, width }) => {
    const image = new native.Transformer(bytes);
    return height * width > MOST_AT_ONCE ? image.rawPixels() : image.rawPixelsSync();
  };
}

/** Pixels that are decoded on the calling thread: ten milliseconds' worth. */
const MOST_AT_ONCE = 1_000_000;

/** What is used of the package. */
type NativeImages = {
  readonly Transformer: new (bytes: Uint8Array) => {
    rawPixels(): Promise<Uint8Array>;
    rawPixelsSync(): Uint8Array;
  };
};

function loadNative(): NativeImages | undefined {
  try {
    return createRequire(import.meta.url)('@napi-rs/image') as NativeImages;
  } catch {
    return undefined;
  }
}
