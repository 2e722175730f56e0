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

/** A safetensors file that is open: what its header tells. */
export type OpenSafetensors = {
  readonly tensors: Readonly<Record<string, Omit<TensorBytes, 'data'>>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** The little-endian bytes of a tensor: all, or as many as `into` takes from one byte on. */
  readonly read: (name: string, from?: number, into?: Uint8Array) => Promise<Uint8Array>;
};

/**
 * Reads tensors of a safetensors file: all of them, or those named. Throws DataError when the file is cut off, its header is
 * no header, or a named tensor is not in it.
 */
export function readSafetensors(path: string, names?: readonly string[]): Promise<SafetensorsFile> {
  return withSafetensors(path, async ({ tensors: found, metadata, read }) => {
    const tensors: Record<string, TensorBytes> = {};
    for (const name of names ?? Object.keys(found)) {
      const data = await read(name);
      tensors[name] = { ...found[name]!, data };
    }
    return { tensors, metadata };
  });
}

/** Opens a safetensors file for as long as `work` reads it. Throws DataError as `readSafetensors`, also for bytes that a tensor does not have. */
export async function withSafetensors<Result>(
  path: string,
  work: (open: OpenSafetensors) => Promise<Result>,
): Promise<Result> {
  const damaged = (what: string, cause?: unknown) =>
    new DataError(`${path} is not a whole safetensors file: ${what}. Delete it and run again what wrote it.`, {
      cause,
    });
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const fill = async <Bytes extends Uint8Array>(buffer: Bytes, position: number) => {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead < buffer.length) throw damaged('it ends too early');
      return buffer;
    };
    const read = (position: number, length: number) => fill(Buffer.allocUnsafeSlow(length), position);
    const headerBytes = size < 8 ? 0 : Number((await read(0, 8)).readBigUInt64LE());
    if (headerBytes < 2 || headerBytes > Math.min(size - 8, MAX_HEADER_BYTES)) throw damaged('it has no header');
    const header = parseHeader(await read(8, headerBytes), damaged);
    const dataStart = 8 + headerBytes;
    const end = Math.max(0, ...Object.values(header.tensors).map(({ data_offsets: [, last] }) => last));
    if (dataStart + end !== size) throw damaged(`it has ${size} bytes, expected ${dataStart + end}`);
    const tensors: Record<string, Omit<TensorBytes, 'data'>> = {};
    for (const [name, { dtype, shape }] of Object.entries(header.tensors)) tensors[name] = { dtype, shape };
    const readTensor = async (name: string, from = 0, into?: Uint8Array) => {
      const entry = header.tensors[name];
      if (entry === undefined) throw damaged(`it has no tensor "${name}"`);
      const [first, last] = entry.data_offsets;
      if (into === undefined) return read(dataStart + first + from, last - first - from);
      const until = from + into.length;
      if (first + until > last) throw damaged(`its tensor "${name}" has ${last - first} bytes, expected ${until}`);
      return fill(into, dataStart + first + from);
    };
    return await work({ tensors, metadata: header.metadata, read: readTensor });
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
