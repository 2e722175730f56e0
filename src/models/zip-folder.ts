import { open, readFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';
import { DataError } from '../core/errors.ts';

const deflate = promisify(deflateRaw);

/**
 * Writes the named files of a folder into a new zip file (PKWARE APPNOTE 6.3.3, deflate, names in UTF-8). Times are left at
 * 1980, so that equal files give equal bytes.
 * @throws DataError past the 4 GiB and 65,535 files that a plain zip holds.
 */
export async function zipFiles(folder: string, files: readonly string[], zipPath: string): Promise<void> {
  if (files.length > MOST_ENTRIES) throw new DataError(`A zip file holds at most ${MOST_ENTRIES} files.`);
  const zip = await open(zipPath, 'wx');
  try {
    const entries: Entry[] = [];
    let offset = 0;
    for (const file of files) {
      const entry = await writeEntry(zip, path.join(folder, file), file.split(path.sep).join('/'), offset);
      entries.push(entry);
      offset = entry.end;
    }
    const directory = Buffer.concat(entries.map(centralHeader));
    await zip.write(Buffer.concat([directory, endOfDirectory(entries.length, directory.length, offset)]));
    await zip.sync();
  } finally {
    await zip.close();
  }
}

type Entry = {
  readonly name: Buffer;
  readonly crc: number;
  readonly compressed: number;
  readonly bytes: number;
  readonly start: number;
  readonly end: number;
};

const MOST_ENTRIES = 0xffff;
const MOST_BYTES = 0xffffffff;
const UTF8_NAMES = 0x0800;
const DEFLATE = 8;
const VERSION_2_0 = 20;
/** 1 January 1980, the first day of MS-DOS time. */
const EPOCH_DATE = 0x21;

async function writeEntry(zip: FileHandle, file: string, entryName: string, start: number): Promise<Entry> {
  const content = await readFile(file);
  const compressed = await deflate(content);
  const name = Buffer.from(entryName, 'utf8');
  const crc = crc32(content);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  commonFields({ crc, compressed: compressed.length, bytes: content.length, name }).copy(header, 4);
  const end = start + header.length + name.length + compressed.length;
  if (end > MOST_BYTES) throw new DataError('The model is larger than the 4 GiB a zip file holds. Export it to a folder.');
  await zip.write(Buffer.concat([header, name, compressed]));
  return { name, crc, compressed: compressed.length, bytes: content.length, start, end };
}

/** The 26 bytes that a file's own header and its line in the directory share. */
function commonFields(entry: Pick<Entry, 'crc' | 'compressed' | 'bytes' | 'name'>): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION_2_0, 0);
  fields.writeUInt16LE(UTF8_NAMES, 2);
  fields.writeUInt16LE(DEFLATE, 4);
  fields.writeUInt16LE(EPOCH_DATE, 8);
  fields.writeUInt32LE(entry.crc, 10);
  fields.writeUInt32LE(entry.compressed, 14);
  fields.writeUInt32LE(entry.bytes, 18);
  fields.writeUInt16LE(entry.name.length, 22);
  return fields;
}

function centralHeader(entry: Entry): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(VERSION_2_0, 4);
  commonFields(entry).copy(header, 6);
  header.writeUInt32LE(entry.start, 42);
  return Buffer.concat([header, entry.name]);
}

function endOfDirectory(entries: number, bytes: number, start: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(bytes, 12);
  end.writeUInt32LE(start, 16);
  return end;
}
