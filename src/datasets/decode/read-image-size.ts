import { open } from 'node:fs/promises';
import { loadSharp } from '../../core/load-sharp.ts';
import { bmpSize } from './decode-bmp.ts';
import { formatOf } from './image-format.ts';

/**
 * Width and height of an image file as `decodePixels` would give it, turned as EXIF says, from its first bytes; undefined when they
 * cannot be read.
 */
export async function readImageSize(file: string): Promise<{ width: number; height: number } | undefined> {
  const start = await readStart(file);
  const format = formatOf(start);
  if (format === undefined) return undefined;
  try {
    if (format === 'bmp') return bmpSize(start);
    const { autoOrient } = await loadSharp()(file).metadata();
    return autoOrient;
  } catch {
    return undefined;
  }
}

/** A BMP header is shorter; other formats are told by the first dozen. */
const START_BYTES = 256;

async function readStart(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
