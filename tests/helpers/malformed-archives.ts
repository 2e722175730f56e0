import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { MlflowTsError } from '../../src/core/errors.ts';
import { seededRandom, type SeededRandom } from '../../src/core/seeded-random.ts';
import { extractArchive } from '../../src/datasets/archive/extract-archive.ts';
import { TAR_BLOCK_BYTES } from '../../src/datasets/archive/tar/tar-header.ts';
import { makeTar, paxRecord, withTarChecksum } from './make-tar.ts';
import { makeZip } from './make-zip.ts';
import { mutate } from './mutate.ts';

/** What came of a malformed file; `complaint` says what should not have. */
export type Malformed = {
  readonly taken: boolean;
  readonly tookMs: number;
  readonly complaint?: string;
};

/**
 * Unpacks an archive that is malformed by the seed below `folder`, which is empty and is so again afterwards. It must be unpacked
 * or refused by an error of ours, write nowhere else, leave nothing when it is refused, and take less than five seconds.
 */
export async function unpackMalformed(folder: string, ...seed: readonly (string | number)[]): Promise<Malformed> {
  const archive = path.join(folder, 'archive');
  const into = path.join(folder, 'deep/er/out');
  await mkdir(path.dirname(into), { recursive: true });
  await writeFile(archive, malformedArchive(seededRandom(...seed)));
  const start = performance.now();
  const context = { signal: new AbortController().signal, progress: () => undefined };
  const outcome: unknown = await extractArchive({ archive, into, limits: LIMITS, ...context }).catch(
    (error: unknown) => error,
  );
  const tookMs = performance.now() - start;
  const taken = Array.isArray(outcome);
  const complaint =
    (taken || outcome instanceof MlflowTsError ? undefined : `ended with ${String(outcome)}`) ??
    (tookMs > SLOWEST_MS ? `took ${Math.round(tookMs)} ms` : undefined) ??
    (await findStray(folder, taken ? into : undefined));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  return { taken, tookMs, ...(complaint === undefined ? {} : { complaint }) };
}

const LIMITS = { maxEntries: 1_000, maxBytes: 50_000_000 };
const SLOWEST_MS = 5_000;

function malformedArchive(random: SeededRandom): Buffer {
  const files = [
    { path: 'photos/', type: '5', mode: 0o040755 },
    { path: 'photos/cat/1.jpg', data: Buffer.alloc(700, 'picture') },
    { path: 'photos/dog/2.jpg', data: Buffer.alloc(900, 'another'), deflate: true, zip64: true },
    { path: 'photos/link', data: '' },
    { path: 'empty.txt' },
  ];
  const header = { path: 'pax', type: 'x', data: paxRecord('path', 'photos/a name that is longer.jpg') };
  const kind = random.integer(5);
  if (kind <= 1) return mutate(makeZip(files, { zip64: kind === 1 }), random);
  const tar = makeTar([...files.slice(0, 3), header, ...files.slice(3)]);
  if (kind === 2) return mutate(gzipSync(tar), random);
  const mutated = mutate(tar, random);
  const inner = random.integer(2) === 0 ? mutated : withRightChecksums(mutated);
  return kind === 3 ? inner : gzipSync(inner);
}

/** Headers whose checksum is wrong are refused for that alone. */
function withRightChecksums(tar: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < tar.length; at += TAR_BLOCK_BYTES) {
    const block = tar.subarray(at, at + TAR_BLOCK_BYTES);
    const isHeader = block.length === TAR_BLOCK_BYTES && block.toString('latin1', 257, 262) === 'ustar';
    blocks.push(isHeader ? withTarChecksum(block) : block);
  }
  return Buffer.concat(blocks);
}

/** Whether anything is outside of what was unpacked, or is no plain file or folder within. */
async function findStray(folder: string, into: string | undefined): Promise<string | undefined> {
  if (existsSync('/mlflow-ts-evil')) return 'wrote to the root of the file system';
  const known = ['archive', 'deep', 'deep/er'].map((name) => path.join(folder, name));
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const place = path.join(entry.parentPath, entry.name);
    const isInside = into !== undefined && (place === into || place.startsWith(`${into}/`));
    if (!isInside && !known.includes(place)) return `left ${place}`;
    const status = await lstat(place);
    if (!status.isFile() && !status.isDirectory()) return `made ${place}, which is no file and no folder`;
  }
  return undefined;
}
