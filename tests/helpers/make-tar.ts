import { gzipSync } from 'node:zlib';

/** One entry of a handmade archive; everything that is left out is as an honest archiver writes it. */
export type TarEntry = {
  readonly path: string;
  readonly data?: Uint8Array | string;
  /** POSIX type flag: `0` a file, `1` a hard link, `2` a symbolic link, `3` a device, `5` a folder, `x` and `L` describe the next entry. */
  readonly type?: string;
  readonly link?: string;
  /** What the header says about the size. */
  readonly claimedBytes?: number;
  /** As before POSIX: the header has no other mark than its checksum. */
  readonly old?: boolean;
};

export type TarOptions = { readonly end?: boolean; readonly gzip?: boolean };

/** Builds a tar archive byte by byte (POSIX.1-2017, pax), also such as no archiver would write. */
export function makeTar(entries: readonly TarEntry[], { end = true, gzip = false }: TarOptions = {}): Buffer {
  const blocks = entries.flatMap((entry) => {
    const data = Buffer.from(entry.data ?? '');
    return [makeHeader(entry, data.length), data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)];
  });
  const tar = Buffer.concat([...blocks, Buffer.alloc(end ? 2 * BLOCK : 0)]);
  return gzip ? gzipSync(tar) : tar;
}

const BLOCK = 512;

function makeHeader({ path, type = '0', link = '', claimedBytes, old = false }: TarEntry, bytes: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(path, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${(claimedBytes ?? bytes).toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write(type, 156);
  header.write(link, 157, 100);
  if (!old) header.write('ustar\x0000', 257, 'latin1');
  return withTarChecksum(header);
}

/** A copy of a header whose checksum is right. */
export function withTarChecksum(header: Uint8Array): Buffer {
  const copy = Buffer.from(header);
  copy.fill(' ', 148, 156);
  const sum = copy.reduce((total, byte) => total + byte, 0);
  copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return copy;
}

/** The content of a pax header: `key=value` lines that begin with their own length. */
export function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (String(length).length !== String(rest).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}
