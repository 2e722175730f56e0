import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { DataError, EnvironmentError, NotFoundError } from '../../core/errors.ts';
import { downloadFile } from '../../storage/download-file.ts';
import { sha256OfFile } from '../../storage/hash-file.ts';
import { keepTrying, Trouble } from '../../storage/keep-trying.ts';
import { sizeOf } from '../../storage/size-of.ts';
import { formatOf } from '../decode/image-format.ts';
import { send } from '../http/send.ts';
import { runConcurrently } from '../run-concurrently.ts';
import type { DownloadContext } from '../source.ts';
import { RECONSIDERED, type DogApi } from './dog-api.ts';
import { pathOfDogImage, type DogImage } from './dog-image.ts';
import type { KnownImage } from './image-record.ts';

/** An image that is on this machine, or of which it is known what it was. */
export type FetchedDogImage = KnownImage & { readonly image: DogImage };

export type FetchOptions = Pick<DownloadContext, 'keptFolder' | 'signal' | 'progress' | 'log'> & {
  readonly clock: Clock;
  readonly api: DogApi;
  /** By address: what need not be downloaded again. */
  readonly known: ReadonlyMap<string, KnownImage>;
};

/**
 * Brings images into the kept folder, five at a time: those that are neither there nor known. An image that the server lists and
 * does not give, or that is none, is left out with a warning.
 * @throws EnvironmentError when that happens too often to be the images' fault, or when the server stays busy or out of reach; the
 * signal's reason. What has come stays in the kept folder.
 */
export async function fetchDogImages(
  images: readonly DogImage[],
  options: FetchOptions,
): Promise<readonly FetchedDogImage[]> {
  const { signal, progress, log } = options;
  const leftOut: string[] = [];
  let done = 0;
  const fetched = await runConcurrently(images, CONCURRENCY, signal, async (image) => {
    const found = await fetchDogImage(image, options);
    done += 1;
    progress({ done, total: images.length, unit: 'images' });
    if (!(found instanceof Error)) return { image, ...found };
    signal.throwIfAborted();
    leftOut.push(found.message);
    log.warn(`${found.message} It is left out.`);
    if (leftOut.length > MOST_LEFT_OUT + done * MOST_LEFT_OUT_SHARE) throw tooMany(leftOut, done);
    return undefined;
  });
  return fetched.filter((each) => each !== undefined);
}

const CONCURRENCY = 5;

/** One or the other is gone in the best of lists; more than this is a server or proxy that gives none. */
const MOST_LEFT_OUT = 10;
const MOST_LEFT_OUT_SHARE = 0.1;

function tooMany(leftOut: readonly string[], done: number): EnvironmentError {
  return new EnvironmentError(
    `${leftOut.length} of ${done} images did not come, the last one because: ${leftOut.at(-1) ?? ''} ` +
      'Try again later; what has come is kept. Is there a proxy in between that wants a login?',
  );
}

async function fetchDogImage(image: DogImage, options: FetchOptions): Promise<KnownImage | DataError | NotFoundError> {
  const known = options.known.get(image.url);
  if (known !== undefined && (await isAsRecorded(known))) return known;
  const file = path.join(options.keptFolder, 'images', pathOfDogImage(image));
  if ((await sizeOf(file)) === undefined) {
    try {
      await download(image.url, file, options);
    } catch (error) {
      if (error instanceof DataError || error instanceof NotFoundError) return error;
      throw error;
    }
  }
  return { sha256: await sha256OfFile(file), file };
}

/** The file of a version may have been damaged since. */
async function isAsRecorded({ file, sha256 }: KnownImage): Promise<boolean> {
  return file === undefined || (await sha256OfFile(file).catch(() => undefined)) === sha256;
}

/** What is no image, as a page of a proxy, is asked for once more. */
async function download(url: string, to: string, { api, clock, signal, log }: FetchOptions): Promise<void> {
  const attempt = async () => {
    const aside = `${to}.come`;
    await mkdir(path.dirname(to), { recursive: true });
    await downloadFile({
      ...{ url, to: aside, headers: api.headers, reconsidered: RECONSIDERED, clock, signal, log },
      send: (address, options) => send({ verb: 'GET', url: address }, { ...options, maxRedirects: 3 }),
      progress: () => undefined,
    });
    if (await isImage(aside)) return rename(aside, to);
    await rm(aside);
    return new Trouble(new DataError(`${url} brought something that is no image.`));
  };
  await keepTrying(attempt, { tries: TRIES, clock, signal });
}

const TRIES = 2;

async function isImage(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return formatOf(buffer.subarray(0, bytesRead)) !== undefined;
  } finally {
    await handle.close();
  }
}
