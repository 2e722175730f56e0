import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Extract, Header } from 'tar-stream';
import { DataError } from '../../../core/errors.ts';
import { bombRefusal, entryRules, isBomb, type ArchiveEntry } from '../entry-rules.ts';
import type { Extraction } from '../extraction.ts';
import { TAR_BLOCK_BYTES } from './tar-header.ts';

/** A file, or a folder: that has no content. Content that is not read to its end holds up what follows. */
export type TarEntry = { readonly path: string; readonly content?: Iterable<Uint8Array> | AsyncIterable<Uint8Array> };

/**
 * The entries of a tar archive in their order, each held against the rules before it is given out; without the folder that everything
 * is in (`./`). Throws DataError for an entry that is refused, for an archive that unpacks to too much, and for one without an
 * end: it may be cut off between two files.
 */
export async function* readTar(extraction: Extraction, packing: 'plain' | 'gzip'): AsyncGenerator<TarEntry> {
  const { extract } = await import('tar-stream');
  const rules = entryRules(extraction.limits);
  // The published types lack the option; it lets in archives of before 1988.
  const unpacker = extract({ allowUnknownFormat: true } as object);
  const reading: Reading = { packed: 0, unpacked: 0, path: '', end: 0 };
  const pumped = pump(extraction, packing, unpacker, reading);
  // It fails where the loop below does.
  pumped.catch(() => undefined);
  for await (const source of unpacker) {
    const content = source as AsyncIterable<Uint8Array>;
    const entry = describe(source.header);
    reading.path = entry.path;
    reading.end = endOf(source.header);
    if (entry.path !== TOP) rules.admit(entry);
    if (entry.kind === 'file') {
      yield { path: entry.path, content: entry.bytes > LARGEST_WHOLE_BYTES ? content : await collect(content) };
    } else {
      source.resume();
      if (entry.path !== TOP) yield { path: entry.path };
    }
  }
  await pumped;
  if (reading.unpacked < reading.end + TAR_BLOCK_BYTES) {
    throw new DataError(
      `${extraction.archive} is not a whole tar archive: it has no end. It may be cut off; download or copy it again.`,
    );
  }
}

/** How far it is, in bytes; `end` is where the entry called `path` ends. */
type Reading = { packed: number; unpacked: number; path: string; end: number };

const TOP = './';
const READ_BYTES = 2 ** 18;
const LARGEST_WHOLE_BYTES = 2 ** 20;

async function pump(
  { file, limits, signal, progress }: Extraction,
  packing: 'plain' | 'gzip',
  unpacker: Extract,
  reading: Reading,
): Promise<void> {
  const { size } = await file.stat();
  const countPacked = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      reading.packed += chunk.length;
      progress({ done: reading.packed, total: size, unit: 'bytes' });
      yield chunk;
    }
  };
  const countUnpacked = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      reading.unpacked += chunk.length;
      if (isBomb(reading.unpacked, reading.packed, limits)) throw bombRefusal(reading.path, limits);
      yield chunk;
    }
  };
  const source = file.createReadStream({ start: 0, autoClose: false, highWaterMark: READ_BYTES });
  const target = unpacker as unknown as NodeJS.WritableStream;
  if (packing === 'plain') await pipeline(source, countPacked, countUnpacked, target, { signal });
  else await pipeline(source, countPacked, createGunzip(), countUnpacked, target, { signal });
}

const KINDS: Readonly<Record<string, ArchiveEntry['kind']>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'folder',
  symlink: 'symbolic-link',
  link: 'hard-link',
};

/** `tar -C folder .` begins every name with `./`, which means nothing. */
function describe({ name, type, size, pax }: Header): ArchiveEntry {
  const kind = KINDS[type] ?? 'special-file';
  const inside = name.replace(/^(?:\.\/+)+(?=.)/u, '');
  const path = kind === 'folder' && !inside.endsWith('/') ? `${inside}/` : inside;
  const isSparse = Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse'));
  const problem = isSparse ? { problem: 'it is stored without its empty parts (sparse)' } : {};
  return { path, kind, bytes: kind === 'folder' ? 0 : size, ...problem };
}

/** Content fills whole blocks. The published types lack where it begins. */
function endOf(header: Header): number {
  const { byteOffset } = header as Header & { readonly byteOffset: number };
  const bytes = header.type === 'directory' ? 0 : header.size;
  return byteOffset + Math.ceil(bytes / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return chunks;
}
