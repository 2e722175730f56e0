import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSharp } from '../../src/core/load-sharp.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import { runConcurrently } from '../../src/datasets/run-concurrently.ts';

const SIZE = 200;
const GRID = 16;
const CLASSES = 29;

/**
 * A folder of JPEG files of 200 x 200 pixels, about 12 KB each, in 29 class folders: `class-07/00036.jpg`. It is made once, in the
 * folder for temporary files, and kept.
 */
export async function manyPhotos(count: number): Promise<string> {
  const folder = join(tmpdir(), `mlflow-ts-photos-${count}`);
  if ((await stat(folder).catch(() => undefined)) !== undefined) return folder;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  for (let label = 0; label < CLASSES; label += 1) await mkdir(join(unfinished, className(label)), { recursive: true });
  console.error(`drawing ${count} photos in ${folder}`);
  const noise = makeNoise();
  const numbers = Array.from({ length: count }, (_, number) => number);
  await runConcurrently(numbers, 4, new AbortController().signal, async (number) => {
    const file = join(unfinished, className(number % CLASSES), `${String(number).padStart(5, '0')}.jpg`);
    await writeFile(file, await drawPhoto(number, noise));
  });
  await rename(unfinished, folder);
  return folder;
}

function className(label: number): string {
  return `class-${String(label).padStart(2, '0')}`;
}

function makeNoise(): Int8Array {
  const random = seededRandom('noise of photos');
  return Int8Array.from({ length: 2 ** 20 }, () => Math.round(6 * random.normal()));
}

/** Soft colours and grain, as light and a sensor make them. */
async function drawPhoto(seed: number, noise: Int8Array): Promise<Buffer> {
  const sharp = loadSharp();
  const random = seededRandom('photo', seed);
  const grid = Buffer.from(Array.from({ length: GRID * GRID * 3 }, () => random.integer(256)));
  const pixels = await sharp(grid, { raw: { width: GRID, height: GRID, channels: 3 } })
    .resize(SIZE, SIZE)
    .raw()
    .toBuffer();
  const start = random.integer(noise.length - pixels.length);
  for (let at = 0; at < pixels.length; at += 1)
    pixels[at] = Math.min(255, Math.max(0, pixels[at]! + noise[start + at]!));
  return sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}
