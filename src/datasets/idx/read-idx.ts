import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DataError } from '../../core/errors.ts';

/** Values as IDX files hold them: `data` is uint8, row-major, `dimensions` outermost first. */
export type IdxArray = { readonly dimensions: readonly number[]; readonly data: Uint8Array };

/**
 * Reads an IDX file of unsigned bytes with the given number of dimensions (http://yann.lecun.com/exdb/mnist: two zero
 * bytes, 0x08 for uint8, the rank, then big-endian sizes and the values); a gzip file is unpacked. Throws DataError
 * for another magic number, another rank, and for a file that holds fewer or more values than it says.
 */
export async function readIdx(file: string, rank: number): Promise<IdxArray> {
  const raw = await readFile(file);
  const bytes = raw.length >= 2 && raw.readUInt16BE(0) === GZIP_MAGIC ? await unpack(raw, file) : raw;
  const headerBytes = 4 + 4 * rank;
  const magic = bytes.length < 4 ? undefined : bytes.readUInt32BE(0);
  if (magic !== undefined && magic !== UINT8_MAGIC + rank) {
    throw new DataError(
      `${file} is not an IDX file of unsigned bytes with ${rank} dimensions: its magic number is ${hex(magic)}, expected ${hex(UINT8_MAGIC + rank)}.`,
    );
  }
  if (bytes.length < headerBytes) throw new DataError(`${file} is cut off: ${bytes.length} bytes are no IDX file.`);
  const dimensions = Array.from({ length: rank }, (_, index) => bytes.readUInt32BE(4 + 4 * index));
  const expected = dimensions.reduce((product, size) => product * size, 1);
  const data = bytes.subarray(headerBytes);
  if (data.length !== expected) {
    throw new DataError(
      `${file} is damaged: it says ${dimensions.join(' × ')} = ${expected} values but holds ${data.length}. Download it again.`,
    );
  }
  return { dimensions, data };
}

const GZIP_MAGIC = 0x1f8b;
const UINT8_MAGIC = 0x00000800;
/** Eight times the largest IDX file in common use (EMNIST's by-class images, 550 MB). */
const MAX_UNPACKED_BYTES = 2 ** 32 - 1;

async function unpack(raw: Buffer, file: string): Promise<Buffer> {
  try {
    return await promisify(gunzip)(raw, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (cause) {
    throw new DataError(`${file} is damaged: it cannot be unpacked (gzip). Download it again.`, { cause });
  }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
