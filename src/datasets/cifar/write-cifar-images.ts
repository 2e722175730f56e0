import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { overlap } from '../../core/overlap.ts';
import { loadSharp } from '../../core/load-sharp.ts';
import { explainFileError } from '../../storage/file-errors.ts';
import type { DownloadContext } from '../source.ts';
import type { FoundCifar } from './find-cifar.ts';
import { CIFAR_SIZE, readCifar, readClassNames, recordBytesOf, type CifarImage } from './read-cifar.ts';

/**
 * Writes every image as a PNG file, `train/cat/00027.png`, numbered through each set: then each has a hash, a label and a place of its
 * own, as those of any other dataset. Throws DataError for damaged files, EnvironmentError when the disk does not take it.
 */
export async function writeCifarImages(
  { kind, folder }: FoundCifar,
  into: string,
  { signal, progress }: Pick<DownloadContext, 'signal' | 'progress'>,
): Promise<void> {
  try {
    const names = await readClassNames(folder, kind);
    const total = await countImages(folder, [...kind.train, ...kind.test], recordBytesOf(kind));
    let done = 0;
    for (const set of ['train', 'test'] as const) {
      for (const name of names) await mkdir(path.join(into, set, name), { recursive: true });
      let number = 0;
      const write = async ({ label, pixels }: CifarImage): Promise<number> => {
        const name = `${String(number++).padStart(5, '0')}.png`;
        await writeFile(path.join(into, set, names[label]!, name), await encode(pixels));
        return 1;
      };
      for (const file of kind[set]) {
        const images = readCifar(path.join(folder, file), kind, signal);
        for await (const written of overlap(images, write)) {
          done += written;
          progress({ done, total, unit: 'images' });
        }
      }
    }
  } catch (error) {
    throw explainFileError(error, into);
  }
}

async function countImages(folder: string, files: readonly string[], recordBytes: number): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(folder, file))).size));
  return sizes.reduce((sum, size) => sum + Math.floor(size / recordBytes), 0);
}

async function encode(pixels: Uint8Array): Promise<Buffer> {
  const raw = { width: CIFAR_SIZE, height: CIFAR_SIZE, channels: 3 } as const;
  return loadSharp()(pixels, { raw }).png().toBuffer();
}
