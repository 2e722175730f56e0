import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from '@jest/globals';
import { loadSharp } from '../../src/core/load-sharp.ts';
import type { Logger } from '../../src/core/logger.ts';

const sharp = loadSharp();

/** A folder of its own for each call, removed after the tests of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mlflow-ts-test-'));
  made.push(folder);
  return folder;
}

const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

type QuietContext = {
  readonly signal: AbortSignal;
  readonly progress: () => undefined;
  readonly log: Logger;
  readonly messages: readonly string[];
};

/** What every data function takes and most tests do not look at. */
export function quietContext(): QuietContext {
  const messages: string[] = [];
  const remember = (message: string) => void messages.push(message);
  const log: Logger = { debug: remember, info: remember, warn: remember, error: remember };
  return { signal: new AbortController().signal, progress: () => undefined, log, messages };
}

/** A PNG whose pixels depend on the seed: equal seeds give equal pictures. */
export async function makePng(seed: number, size = 12): Promise<Buffer> {
  const data = Buffer.from(Array.from({ length: size * size * 3 }, (_, at) => (seed * 37 + at * 11 + seed * at) % 256));
  return sharp(data, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer();
}

/** Writes files by their paths below a folder. */
export async function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
}

/** Class folders with so many different pictures each. */
export async function makeImageFolders(
  folder: string,
  classNames: readonly string[],
  perClass: number,
  prefix = '',
): Promise<void> {
  for (const [label, name] of classNames.entries()) {
    for (let at = 0; at < perClass; at += 1) {
      await writeFiles(folder, { [`${prefix}${name}/${at}.png`]: await makePng(label * 10_000 + at + prefix.length) });
    }
  }
}

/** All files below a folder, sorted; parts joined by `/`. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}

/** An IDX file of unsigned bytes. */
export function makeIdx(dimensions: readonly number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt32BE(0x0800 + dimensions.length);
  dimensions.forEach((size, at) => header.writeUInt32BE(size, 4 + 4 * at));
  return Buffer.concat([header, values]);
}

/** The four files of a small dataset in MNIST's format: grey 4 x 4 pictures of two classes. */
export function makeIdxFiles(train: number, test: number): Record<string, Buffer> {
  const images = (count: number, start: number) =>
    makeIdx(
      [count, 4, 4],
      Uint8Array.from({ length: count * 16 }, (_, at) => (start + at * 7 + (at >> 4) * 13) % 256),
    );
  const labels = (count: number) =>
    makeIdx(
      [count],
      Uint8Array.from({ length: count }, (_, at) => (at % 2 === 0 ? 3 : 7)),
    );
  return {
    'train-images-idx3-ubyte': images(train, 0),
    'train-labels-idx1-ubyte': labels(train),
    't10k-images-idx3-ubyte': images(test, 5),
    't10k-labels-idx1-ubyte': labels(test),
  };
}
