import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../core/clock.ts';
import { DataError, EnvironmentError, MlflowTsError } from '../core/errors.ts';
import type { Logger, ReportProgress } from '../core/logger.ts';
import { explainFileError } from './file-errors.ts';
import { continuation, openBody, type OpenBody, type SendGet } from './http-body.ts';
import { keepTrying, Trouble } from './keep-trying.ts';
import { openPartFile, type PartFile } from './part-file.ts';
import { syncFolder, syncPath } from './sync-folder.ts';

/** What the file must hash to, lower-case hex. */
export type Checksum = { readonly algorithm: 'sha256' | 'md5'; readonly hex: string };

/** Where the bytes of a file are to be had. */
export type Place = { readonly url: string; readonly headers?: Readonly<Record<string, string>> };

export type FileDownload = {
  /** Names the file, in messages and from one try to the next. */
  readonly url: string;
  /** Tells where the file is, when that is elsewhere; asked again when an address is refused: a signed one runs out. */
  readonly locate?: () => Promise<Place>;
  /** Where the file goes. It is there with all of its content or not at all; what has come so far is beside it, as `.part`. */
  readonly to: string;
  /** Else the MD5 that the server promises, if it does. */
  readonly checksum?: Checksum;
  readonly headers?: Readonly<Record<string, string>>;
  /** Refusals that may be taken back a little later, as 403 of a server that guards itself against crowds. */
  readonly reconsidered?: readonly number[];
  /** Absent: `fetch`. */
  readonly send?: SendGet;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** In bytes. */
  readonly progress: ReportProgress;
};

/**
 * Downloads a file. What an earlier try left is continued with Range where the server still has the same file, else it starts
 * over; a connection that breaks is taken up again, as often as it brings something and three times when it does not. A file
 * with another checksum than the server promised, or put together of pieces, is fetched once more, whole.
 * @throws EnvironmentError when the server cannot be reached or stays broken, NotFoundError or DataError for its refusals,
 * DataError when the checksum is another; the signal's reason.
 */
export async function downloadFile(download: FileDownload): Promise<void> {
  const { to, url, log } = download;
  const part = openPartFile(to, url);
  try {
    await mkdir(dirname(to), { recursive: true });
    const { pieces } = await fetchAll(download, part);
    const wrong = await findWrongChecksum(download, part);
    if (wrong !== undefined) {
      if (pieces === 1 && download.checksum !== undefined) throw wrong;
      log.warn(`${wrong.message} It is fetched once more, whole.`);
      await fetchAll(download, part);
      const still = await findWrongChecksum(download, part);
      if (still !== undefined) throw still;
    }
    await syncPath(part.path);
    await rename(part.path, to);
    await part.close();
    await syncFolder(dirname(to));
  } catch (error) {
    if (error instanceof MlflowTsError || download.signal.aborted) throw error;
    throw explainFileError(error, to) === error
      ? new EnvironmentError(`${url} could not be downloaded: ${String(error)}`, { cause: error })
      : explainFileError(error, to);
  }
}

const TRIES = 4;

async function fetchAll(download: FileDownload, part: PartFile): Promise<{ readonly pieces: number }> {
  const { clock, signal, log, locate, reconsidered = [] } = download;
  let place: Place | undefined;
  let furthest = 0;
  let pieces = (await part.size()) > 0 ? 1 : 0;
  const attempt = async () => {
    place ??= await findPlace(download);
    pieces += 1;
    const outcome = await fetchOnce(download, place, part);
    if (outcome.kind === 'whole') return { pieces };
    const mayRelent = outcome.kind === 'refused' && reconsidered.includes(outcome.status);
    if (outcome.kind === 'refused') {
      if (locate === undefined && !mayRelent) throw outcome.error;
      place = undefined;
    }
    const size = await part.size();
    const cameFurther = size > furthest;
    furthest = Math.max(size, furthest);
    const waitMs = outcome.kind === 'broken' || mayRelent ? outcome.waitMs : 0;
    return new Trouble(outcome.error, { waitMs, cameFurther });
  };
  const onTrouble = ({ message }: MlflowTsError) => log.warn(`${message} Trying again.`);
  return keepTrying(attempt, { tries: TRIES, clock, signal, onTrouble });
}

async function findPlace({ locate, url, headers }: FileDownload): Promise<Place> {
  return locate?.() ?? { url, ...(headers === undefined ? {} : { headers }) };
}

/** `over`: what was there is gone. `refused`: from this address. */
type Failure = { readonly error: MlflowTsError; readonly waitMs?: number };
type Outcome =
  | { readonly kind: 'whole' }
  | (Failure & { readonly kind: 'over' | 'broken' })
  | (Failure & { readonly kind: 'refused'; readonly status: number });

async function fetchOnce(download: FileDownload, place: Place, part: PartFile): Promise<Outcome> {
  const { signal, checksum, send, clock } = download;
  const present = await part.size();
  const known = await part.known();
  const from = (known ?? checksum) === undefined ? 0 : present;
  const opened = await openBody(place.url, {
    ...{ signal, from, send, now: clock.now() },
    headers: { ...place.headers, ...continuation(from, known) },
  });
  switch (opened.kind) {
    case 'broken':
    case 'refused':
      return opened;
    case 'open':
      // A reply to a range need not promise again what the first one did.
      await part.remember(opened.start === 0 ? opened.validator : { ...known, ...opened.validator });
      return writeBody(download, opened, part);
    case 'mismatch':
      await part.forget();
      return { kind: 'over', error: opened.error };
    case 'past-end':
      return judgeEnd(download.url, { from, total: opened.total }, part);
  }
}

/** There is nothing from a byte on: that is the end of the file, or what is there is not of it. */
async function judgeEnd(
  url: string,
  { from, total }: { readonly from: number; readonly total: number | undefined },
  part: PartFile,
): Promise<Outcome> {
  if (from > 0 && total === from) return { kind: 'whole' };
  await part.forget();
  const error = new EnvironmentError(`${url} answered that it has nothing to give.`);
  return { kind: from === 0 ? 'broken' : 'over', error };
}

/** Written at their place: two processes that download the same file write the same bytes to the same places. */
async function writeBody(
  { url, progress, signal }: FileDownload,
  { start, total, body }: OpenBody,
  part: PartFile,
): Promise<Outcome> {
  const file = await open(part.path, start === 0 ? 'w' : 'r+');
  let at = start;
  try {
    for await (const chunk of body) {
      await writeWhole(file, chunk, at);
      at += chunk.length;
      progress({ done: at, ...(total === undefined ? {} : { total }), unit: 'bytes' });
    }
  } catch (error) {
    signal.throwIfAborted();
    if (isFileError(error)) throw error;
    return broken(url, at, total, error);
  } finally {
    await file.close();
  }
  return total !== undefined && at < total ? broken(url, at, total) : { kind: 'whole' };
}

/** A disk that is nearly full takes a part of a write and says so in a number; only the next one fails. */
async function writeWhole(file: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  for (let written = 0; written < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, at + written);
    written += bytesWritten;
  }
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

/** Removes a file that has another checksum. */
async function findWrongChecksum(
  { url, checksum: wanted }: FileDownload,
  part: PartFile,
): Promise<DataError | undefined> {
  const md5 = (await part.known())?.md5;
  const checksum = wanted ?? (md5 === undefined ? undefined : ({ algorithm: 'md5', hex: md5 } as const));
  if (checksum === undefined) return undefined;
  const hash = createHash(checksum.algorithm);
  await pipeline(createReadStream(part.path), hash);
  const received = hash.digest('hex');
  if (received === checksum.hex) return undefined;
  await part.forget();
  return new DataError(
    `${url} is not the file that was expected: its ${NAMES[checksum.algorithm]} must be ${checksum.hex}, received ${received}. ` +
      'The download was removed. Check the address, or the checksum if the file was replaced on purpose.',
    { details: { expected: checksum.hex, received } },
  );
}

const NAMES = { sha256: 'SHA-256', md5: 'MD5' } as const;
