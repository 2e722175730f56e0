import { open } from 'node:fs/promises';
import { z } from 'zod';
import { DataError } from '../core/errors.ts';

const ITEM_BYTES = { U8: 1, I32: 4, F32: 4 } as const;
type Dtype = keyof typeof ITEM_BYTES;

/** One named array; `data` holds its little-endian bytes, row-major. */
export type TensorBytes = {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
};

export type SafetensorsFile = {
  readonly tensors: Readonly<Record<string, TensorBytes>>;
  readonly metadata: Readonly<Record<string, string>>;
};

/** Arrays on their way into a file; the bytes of one may lie in pieces. */
export type SafetensorsContent = {
  readonly tensors: Readonly<
    Record<string, Omit<TensorBytes, 'data'> & { readonly data: Uint8Array | readonly Uint8Array[] }>
  >;
  readonly metadata: Readonly<Record<string, string>>;
};

/**
 * The bytes of a safetensors file, in pieces (https://huggingface.co/docs/safetensors, "Format"): header length as uint64, a JSON
 * header padded with spaces to a multiple of 8, then the tensors in the order given. Python reads it with
 * `safetensors.numpy.load_file`.
 */
export function encodeSafetensors({ tensors, metadata }: SafetensorsContent): readonly Uint8Array[] {
  let offset = 0;
  const pieces: Uint8Array[] = [];
  const entries = Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    const start = offset;
    for (const piece of data instanceof Uint8Array ? [data] : data) {
      pieces.push(piece);
      offset += piece.length;
    }
    const dataOffsets = [start, offset];
    return [name, { dtype, shape, data_offsets: dataOffsets }] as const;
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const jsonBytes = Buffer.byteLength(json);
  const header = Buffer.from(json + ' '.repeat((8 - (jsonBytes % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return [length, header, ...pieces];
}

/**
 * Reads tensors of a safetensors file: all of them, or those named. Throws DataError when the file is cut off, its header is
 * no header, or a named tensor is not in it.
 */
export async function readSafetensors(path: string, names?: readonly string[]): Promise<SafetensorsFile> {
  const damaged = (what: string, cause?: unknown) =>
    new DataError(`${path} is not a whole safetensors file: ${what}. Delete it and run again what wrote it.`, {
      cause,
    });
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const read = async (position: number, length: number) => {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, position);
      if (bytesRead < length) throw damaged('it ends too early');
      return buffer;
    };
    const headerBytes = size < 8 ? 0 : Number((await read(0, 8)).readBigUInt64LE());
    if (headerBytes < 2 || headerBytes > Math.min(size - 8, MAX_HEADER_BYTES)) throw damaged('it has no header');
    const header = parseHeader(await read(8, headerBytes), damaged);
    const dataStart = 8 + headerBytes;
    const end = Math.max(0, ...Object.values(header.tensors).map(({ data_offsets: [, last] }) => last));
    if (dataStart + end !== size) throw damaged(`it has ${size} bytes, expected ${dataStart + end}`);
    const wanted = names ?? Object.keys(header.tensors);
    const tensors: Record<string, TensorBytes> = {};
    for (const name of wanted) {
      const entry = header.tensors[name];
      if (entry === undefined) throw damaged(`it has no tensor "${name}"`);
      const [first, last] = entry.data_offsets;
      tensors[name] = { dtype: entry.dtype, shape: entry.shape, data: await read(dataStart + first, last - first) };
    }
    return { tensors, metadata: header.metadata };
  } finally {
    await file.close();
  }
}

/** The limit of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

const tensorHeader = z
  .object({
    dtype: z.enum(['U8', 'I32', 'F32']),
    shape: z.array(z.int().min(0)),
    data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
  })
  .refine(({ dtype, shape, data_offsets: [first, last] }) => {
    return last - first === ITEM_BYTES[dtype] * shape.reduce((product, size) => product * size, 1);
  }, 'offsets and shape disagree');
const headerSchema = z.object({ __metadata__: z.record(z.string(), z.string()).default({}) }).catchall(z.unknown());

function parseHeader(bytes: Buffer, damaged: (what: string, cause: unknown) => DataError) {
  try {
    const { __metadata__: metadata, ...entries } = headerSchema.parse(JSON.parse(bytes.toString('utf8')));
    return { metadata, tensors: z.record(z.string(), tensorHeader).parse(entries) };
  } catch (cause) {
    throw damaged('its header cannot be read', cause);
  }
}
