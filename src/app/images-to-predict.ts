import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DataError, NotFoundError, UsageError } from '../core/errors.ts';
import { ARCHIVE_NAME } from '../datasets/archive/archive-name.ts';
import { formatOf } from '../datasets/archive/archive-format.ts';
import { extractArchive } from '../datasets/archive/extract-archive.ts';
import { TAR_BLOCK_BYTES } from '../datasets/archive/tar/tar-header.ts';
import { isImagePath } from '../datasets/layout/image-path.ts';
import { walkFolder } from '../datasets/walk-folder.ts';
import { naturalOrder, orderGivenPaths } from './natural-order.ts';

/** An image file that may not be one: only reading it tells. */
export type ImageToPredict = { readonly shownPath: string; read(): Promise<Uint8Array> };

/**
 * The images that paths stand for, for as long as `body` runs: files as they are, folders and archives with all the
 * images in them in natural order. Archives are unpacked safely into a temporary folder.
 * @throws NotFoundError naming every missing path; DataError for an unsafe or damaged archive, or no images at all.
 */
export async function withImages<Result>(
  { paths, cwd, signal }: { readonly paths: readonly string[]; readonly cwd: string; readonly signal: AbortSignal },
  body: (images: readonly ImageToPredict[]) => Promise<Result>,
): Promise<Result> {
  if (paths.length === 0) throw new UsageError('Name at least one image or archive.');
  await refuseMissing(paths, cwd);
  const workFolder = await mkdtemp(join(tmpdir(), 'mlflow-ts-predict-'));
  try {
    const images: ImageToPredict[] = [];
    for (const [index, path] of orderGivenPaths(paths).entries()) {
      const place = { given: path, file: resolve(cwd, path), unpackInto: join(workFolder, String(index)) };
      images.push(...(await imagesAt(place, signal)));
    }
    if (images.length === 0) throw new DataError(`There are no images in ${paths.join(', ')}.`);
    return await body(images);
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function refuseMissing(paths: readonly string[], cwd: string): Promise<void> {
  const found = await Promise.all(paths.map((path) => stat(resolve(cwd, path)).catch(() => undefined)));
  const missing = paths.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) throw new NotFoundError(`There is no ${missing.join(', no ')}. Check the path.`);
}

type Place = { readonly given: string; readonly file: string; readonly unpackInto: string };

async function imagesAt({ given, file, unpackInto }: Place, signal: AbortSignal): Promise<ImageToPredict[]> {
  if ((await stat(file)).isDirectory()) return imagesIn(file, given, signal);
  if (!(await isArchive(file))) return [{ shownPath: given, read: () => readFile(file) }];
  await extractArchive({ archive: file, into: unpackInto, signal, progress: () => undefined });
  return imagesIn(unpackInto, given, signal);
}

/** Only files that are called images count here: a folder also holds licences and lists. */
async function imagesIn(folder: string, shown: string, signal: AbortSignal): Promise<ImageToPredict[]> {
  const files = await walkFolder(folder, signal);
  const images = files.filter(({ path }) => isImagePath(path));
  return images
    .toSorted((left, right) => naturalOrder(left.path, right.path))
    .map(({ path }) => ({ shownPath: join(shown, path), read: () => readFile(join(folder, path)) }));
}

/** By name or by content: an archive is one whatever it is called. */
async function isArchive(file: string): Promise<boolean> {
  if (ARCHIVE_NAME.test(file)) return true;
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAR_BLOCK_BYTES), 0, TAR_BLOCK_BYTES, 0);
    return formatOf(buffer.subarray(0, bytesRead)) !== undefined;
  } finally {
    await handle.close();
  }
}
