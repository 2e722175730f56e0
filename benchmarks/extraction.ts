// Claim: unpacking a zip archive of 20,000 JPEG files of 200 x 200 pixels and hashing each is at least 0.85 times as fast as
// Info-ZIP's unzip followed by sha256sum of all files. Once beside it: our reader in one thread, and unzipper's streams.
// Usage: npm run build && node dist/benchmarks/extraction.js [files] [rounds]
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import unzipper from 'unzipper';
import { DEFAULT_EXTRACT_LIMITS } from '../src/datasets/archive/entry-rules.ts';
import { extractArchive } from '../src/datasets/archive/extract-archive.ts';
import { readDirectory } from '../src/datasets/archive/zip/read-directory.ts';
import { unpackFiles } from '../src/datasets/archive/zip/unpack-files.ts';
import { runConcurrently } from '../src/datasets/run-concurrently.ts';
import { manyPhotos } from './photos/many-photos.ts';

const FILES = Number(process.argv[2] ?? 20_000);
const ROUNDS = Number(process.argv[3] ?? 3);
const BOUND = 0.85;
const PEER = 'unzip, then sha256sum';
const OURS = 'mlflow-ts';
/** The others are measured in the first round alone. */
const IN_TURNS = [PEER, OURS];
const { signal } = new AbortController();

/** Each unpacks the archive into a folder that is not there yet, and hashes what it wrote. */
const WAYS: Readonly<Record<string, (archive: string, into: string) => Promise<void> | void>> = {
  [PEER]: (archive, into) => {
    execFileSync('unzip', ['-q', archive, '-d', into]);
    execFileSync('bash', ['-c', 'find "$0" -type f -print0 | xargs -0 sha256sum > /dev/null', into]);
  },
  [OURS]: async (archive, into) => {
    await extractArchive({ archive, into, signal, progress: () => undefined });
  },
  'mlflow-ts, one thread': async (archive, into) => {
    const file = await open(archive);
    const { files } = await readDirectory(file, archive, DEFAULT_EXTRACT_LIMITS);
    await file.close();
    for (const folder of new Set(files.map(({ path }) => dirname(path))))
      mkdirSync(join(into, folder), { recursive: true });
    await unpackFiles(archive, files, into);
  },
  "unzipper's streams, 4 at once": async (archive, into) => {
    const { files } = await unzipper.Open.file(archive);
    const entries = files.filter(({ type }) => type === 'File');
    await runConcurrently(entries, 4, signal, async (entry) => {
      await mkdir(dirname(join(into, entry.path)), { recursive: true });
      const content = await entry.buffer();
      createHash('sha256').update(content).digest('hex');
      await writeFile(join(into, entry.path), content);
    });
  },
};

const archive = await makeArchive();
const bytes = statSync(archive).size;
console.log(`${FILES} files, ${(bytes / 1e6).toFixed(0)} MB packed, ${ROUNDS} rounds`);
const seconds = new Map<string, number[]>(Object.keys(WAYS).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, unpack] of Object.entries(WAYS)) {
    if (round === 0 || IN_TURNS.includes(name)) seconds.get(name)!.push(await measure(unpack));
  }
}
const peer = median(seconds.get(PEER)!);
for (const [name, taken] of seconds) {
  const own = median(taken);
  console.log(
    `${name.padEnd(32)} ${own.toFixed(2).padStart(7)} s   ${(peer / own).toFixed(2)} x the speed of unzip and sha256sum`,
  );
}
const ratio = peer / median(seconds.get(OURS)!);
console.log(`${ratio >= BOUND ? 'holds' : 'DOES NOT HOLD'}: ${ratio.toFixed(2)}, bound ${BOUND}`);
process.exitCode = ratio >= BOUND ? 0 : 1;

async function makeArchive(): Promise<string> {
  const photos = await manyPhotos(FILES);
  const file = `${photos}.zip`;
  if (!existsSync(file)) {
    execFileSync('zip', ['-q', '-r', `${file}.unfinished.zip`, '.'], { cwd: photos });
    renameSync(`${file}.unfinished.zip`, file);
  }
  return file;
}

async function measure(unpack: (archive: string, into: string) => Promise<void> | void): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'mlflow-ts-extraction-'));
  // What the way before left to be written is not this one's.
  execFileSync('sync');
  const start = performance.now();
  await unpack(archive, join(folder, 'out'));
  const taken = (performance.now() - start) / 1_000;
  rmSync(folder, { recursive: true, force: true });
  return taken;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}
