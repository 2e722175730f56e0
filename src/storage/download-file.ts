import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { DataError, EnvironmentError, MlflowTsError } from '../core/errors.ts';
import type { Logger, ReportProgress } from '../core/logger.ts';
import { explainFileError } from './file-errors.ts';
import { continuation, openBody, type OpenBody, type Validator } from './http-body.ts';
import { syncFolder, syncPath } from './sync-folder.ts';

/** What the file must hash to, lower-case hex. */
export type Checksum = { readonly algorithm: 'sha256' | 'md5'; readonly hex: string };

export type FileDownload = {
  readonly url: string;
  /** Where the file goes. It is there with all of its content or not at all; what has come so far is beside it, as `.part`. */
  readonly to: string;
  readonly checksum?: Checksum;
  readonly headers?: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** In bytes. */
  readonly progress: ReportProgress;
};

/**
 * Downloads a file. What an earlier try left is continued with Range where the server still has the same file, else it starts
 * over; a connection that breaks is taken up again, as often as it brings something and three times when it does not.
 * @throws EnvironmentError when the server cannot be reached or stays broken, NotFoundError or DataError for its refusals,
 * DataError when the checksum is another; the signal's reason.
 */
export async function downloadFile(download: FileDownload): Promise<void> {
  const { to, url } = download;
  try {
    await mkdir(dirname(to), { recursive: true });
    await fetchAll(download);
    await verify(download);
    await syncPath(partOf(to));
    await rename(partOf(to), to);
    await rm(validatorOf(to), { force: true });
    await syncFolder(dirname(to));
  } catch (error) {
    if (error instanceof MlflowTsError || download.signal.aborted) throw error;
    throw explainFileError(error, to) === error
      ? new EnvironmentError(`${url} could not be downloaded: ${String(error)}`, { cause: error })
      : explainFileError(error, to);
  }
}

const IDLE_TRIES = 4;
const FIRST_WAIT_MS = 500;

async function fetchAll(download: FileDownload): Promise<void> {
  const { to, clock, signal, log } = download;
  let idle = 0;
  for (;;) {
    signal.throwIfAborted();
    const before = await sizeOf(partOf(to));
    const outcome = await fetchOnce(download, before);
    if (outcome.kind === 'whole') return;
    if (outcome.kind === 'over') continue;
    idle = (await sizeOf(partOf(to))) > before ? 0 : idle + 1;
    if (idle === IDLE_TRIES) throw outcome.error;
    log.warn(`${outcome.error.message} Trying again.`);
    await clock.sleep(FIRST_WAIT_MS * 2 ** idle, signal);
  }
}

type Outcome =
  { readonly kind: 'whole' } | { readonly kind: 'over' } | { readonly kind: 'broken'; readonly error: MlflowTsError };

async function fetchOnce(download: FileDownload, present: number): Promise<Outcome> {
  const { to, url, signal, checksum, headers = {} } = download;
  const known = await readValidator(to, url);
  const from = present > 0 && (known !== undefined || checksum !== undefined) ? present : 0;
  const opened = await openBody(url, { signal, headers: { ...headers, ...continuation(from, known) }, from });
  if (opened.kind === 'broken') return opened;
  if (opened.kind === 'past-end') {
    if (opened.total === present) return { kind: 'whole' };
    if (from === 0)
      return { kind: 'broken', error: new EnvironmentError(`${url} answered that it has nothing to give.`) };
    await forget(to);
    return { kind: 'over' };
  }
  await writeFile(validatorOf(to), JSON.stringify({ url, ...opened.validator }));
  return writeBody(download, opened);
}

/** Written at their place: two processes that download the same file write the same bytes to the same places. */
async function writeBody(
  { to, url, progress, signal }: FileDownload,
  { start, total, body }: OpenBody,
): Promise<Outcome> {
  const file = await open(partOf(to), start === 0 ? 'w' : 'r+');
  let at = start;
  try {
    for await (const chunk of body) {
      await file.write(chunk, 0, chunk.length, at);
      at += chunk.length;
      progress({ done: at, ...(total === undefined ? {} : { total }), unit: 'bytes' });
    }
  } catch (error) {
    if (signal.aborted || isFileError(error)) throw error;
    return broken(url, at, total, error);
  } finally {
    await file.close();
  }
  return total !== undefined && at < total ? broken(url, at, total) : { kind: 'whole' };
}

function broken(url: string, at: number, total: number | undefined, cause?: unknown): Outcome {
  const of = total === undefined ? '' : ` of ${total}`;
  return {
    kind: 'broken',
    error: new EnvironmentError(`The connection to ${url} broke after ${at}${of} bytes.`, { cause }),
  };
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'write';
}

async function verify({ to, url, checksum }: FileDownload): Promise<void> {
  if (checksum === undefined) return;
  const hash = createHash(checksum.algorithm);
  await pipeline(createReadStream(partOf(to)), hash);
  const received = hash.digest('hex');
  if (received === checksum.hex) return;
  await forget(to);
  throw new DataError(
    `${url} is not the file that was expected: its ${NAMES[checksum.algorithm]} must be ${checksum.hex}, received ${received}. ` +
      'The download was removed. Check the address, or the checksum if the file was replaced on purpose.',
    { details: { expected: checksum.hex, received } },
  );
}

const NAMES = { sha256: 'SHA-256', md5: 'MD5' } as const;

const validatorSchema = z.object({
  url: z.string(),
  etag: z.string().exactOptional(),
  modified: z.string().exactOptional(),
});

/** By what the server tells the file's version; undefined when nothing was kept or it is another address's. */
async function readValidator(to: string, url: string): Promise<Validator | undefined> {
  const text = await readFile(validatorOf(to), 'utf8').catch(() => '{}');
  const parsed = validatorSchema.safeParse(tryJson(text));
  if (!parsed.success || parsed.data.url !== url) return undefined;
  const { etag, modified } = parsed.data;
  return etag === undefined && modified === undefined ? undefined : parsed.data;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function forget(to: string): Promise<void> {
  await rm(partOf(to), { force: true });
  await rm(validatorOf(to), { force: true });
}

function partOf(to: string): string {
  return `${to}.part`;
}

function validatorOf(to: string): string {
  return `${to}.part.json`;
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
