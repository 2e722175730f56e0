import type { FileHandle } from 'node:fs/promises';
import { DataError } from '../../core/errors.ts';
import { isTarHeader, TAR_BLOCK_BYTES } from './tar/tar-header.ts';

export type ArchiveFormat = 'zip' | 'tar' | 'gzip';

/** What a file is by its first bytes, whatever it is called; undefined when it is no archive that can be read here. */
export function formatOf(start: Uint8Array): ArchiveFormat | undefined {
  if (isTarHeader(start)) return 'tar';
  return begins(start, GZIP) ? 'gzip' : begins(start, ZIP) || begins(start, EMPTY_ZIP) ? 'zip' : undefined;
}

/**
 * The format of an archive by its content. A zip archive may have a program in front, so what is not known is left to its
 * reader, unless it is known to be something else. Throws DataError then, saying what it is.
 */
export async function detectFormat(file: FileHandle, archive: string): Promise<ArchiveFormat> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(TAR_BLOCK_BYTES), 0, TAR_BLOCK_BYTES, 0);
  const start = buffer.subarray(0, bytesRead);
  const format = formatOf(start);
  if (format !== undefined) return format;
  const other = bytesRead === 0 ? 'an empty file' : OTHERS.find(([mark]) => begins(start, mark))?.[1];
  const isPage = /^[\ufeff\s]*<(?:!doctype|html|\?xml)/iu.test(start.toString('utf8'));
  if (other === undefined && !isPage) return 'zip';
  throw new DataError(
    `${archive} is ${other ?? 'a web page'}, not an archive that can be unpacked here: that are zip, tar and tar.gz. ` +
      (isPage ? 'The download may have wanted a login: look at the page.' : 'Pack it as one of those.'),
  );
}

function begins(start: Uint8Array, mark: readonly number[]): boolean {
  return start.length >= mark.length && mark.every((byte, at) => start[at] === byte);
}

const ZIP = [0x50, 0x4b, 0x03, 0x04];
const EMPTY_ZIP = [0x50, 0x4b, 0x05, 0x06];
const GZIP = [0x1f, 0x8b];

/** First bytes of what people pack datasets with, too. */
const OTHERS: readonly (readonly [mark: readonly number[], what: string])[] = [
  [[0x42, 0x5a, 0x68], 'packed by bzip2'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'packed by xz'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'packed by Zstandard'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'a 7z archive'],
  [[0x52, 0x61, 0x72, 0x21], 'a RAR archive'],
];
