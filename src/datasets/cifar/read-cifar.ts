import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DataError } from '../../core/errors.ts';
import type { CifarKind } from './cifar-kind.ts';

export const CIFAR_SIZE = 32;

/** `pixels` is uint8 `[32, 32, 3]`. */
export type CifarImage = { readonly label: number; readonly pixels: Uint8Array };

/** The images of one file in their order. Throws DataError for a file that is cut off and for a label without a name. */
export async function* readCifar(
  file: string,
  { name, labelBytes, classes }: CifarKind,
  signal: AbortSignal,
): AsyncGenerator<CifarImage> {
  const recordBytes = recordBytesOf({ labelBytes });
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size === 0 || size % recordBytes !== 0) {
      throw new DataError(
        `${file} is damaged: ${size} bytes are no whole number of images of ${name} (${recordBytes} bytes each).`,
      );
    }
    for (let at = 0; at < size; at += recordBytes) {
      signal.throwIfAborted();
      const { buffer: record } = await handle.read(Buffer.alloc(recordBytes), 0, recordBytes, at);
      const label = record[labelBytes - 1]!;
      if (label >= classes) {
        throw new DataError(
          `${file} is damaged: image ${at / recordBytes} has label ${label}; ${name} has ${classes} classes.`,
        );
      }
      yield { label, pixels: interleave(record.subarray(labelBytes)) };
    }
  } finally {
    await handle.close();
  }
}

/** Bytes of one image with its labels. */
export function recordBytesOf({ labelBytes }: Pick<CifarKind, 'labelBytes'>): number {
  return labelBytes + PIXEL_BYTES;
}

/** The class names in the order of the labels. Throws DataError when there are not as many as classes. */
export async function readClassNames(folder: string, { namesFile, classes }: CifarKind): Promise<string[]> {
  const file = path.join(folder, namesFile);
  const names = (await readFile(file, 'utf8')).split('\n').map((line) => line.trim());
  const given = names.filter((name) => name !== '');
  const isWrong = given.length !== classes || new Set(given).size !== classes;
  if (!isWrong && given.every((name) => /^[\w -]{1,100}$/u.test(name))) return given;
  throw new DataError(`${file} is damaged: ${classes} different names of classes were expected, one a line.`);
}

const PLANE_BYTES = CIFAR_SIZE * CIFAR_SIZE;
const PIXEL_BYTES = 3 * PLANE_BYTES;

/** The file has all reds, then all greens, then all blues. */
function interleave(planes: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(PIXEL_BYTES);
  for (let at = 0; at < PIXEL_BYTES; at += 1) pixels[at] = planes[(at % 3) * PLANE_BYTES + Math.floor(at / 3)]!;
  return pixels;
}
