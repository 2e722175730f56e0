import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { MlflowTsError } from '../../src/core/errors.ts';
import { seededRandom, type SeededRandom } from '../../src/core/seeded-random.ts';
import { openSource } from '../../src/datasets/sources/open-source.ts';
import { unpackDownload } from '../../src/datasets/unpack-download.ts';
import { filesBelow } from '../helpers/files-below.ts';
import { withKaggleServer, type ApiFault, type KaggleServer } from '../helpers/kaggle-server.ts';
import type { StorageFault } from '../helpers/kaggle-storage.ts';
import { makeZip } from '../helpers/make-zip.ts';

/** What a client made of a schedule of faults: how each of its tries ended. */
export type ScheduleOutcome = {
  readonly faults: readonly string[];
  readonly tries: readonly ('verified' | MlflowTsError)[];
  /** What must not be: another dataset, or an error that nobody meant. */
  readonly problems: readonly string[];
};

/**
 * Lets a server like Kaggle's fail in ways drawn from the seed while a dataset is fetched, three times or until it is there. Each
 * try must end with exactly the files that were served, or with an error of ours.
 */
export async function runKaggleSchedule(seed: string): Promise<ScheduleOutcome> {
  const random = seededRandom('kaggle-schedule', seed);
  const files = drawFiles(random);
  const archive = makeZip(
    Object.entries(files).map(([name, data]) => ({ path: name, data, deflate: data[0]! % 2 === 0 })),
  );
  const apiFaults = Array.from({ length: 12 }, () => (random.next() < 0.35 ? drawApiFault(random) : undefined));
  const storageFaults = Array.from({ length: 14 }, () =>
    random.next() < 0.7 ? drawStorageFault(random, archive.length) : undefined,
  );
  const datasets = [{ owner: 'o', slug: 'd', versions: [archive] }];
  const options = { datasets, apiFaults, storageFaults };
  const folder = await mkdtemp(path.join(tmpdir(), 'mlflow-ts-schedule-'));
  try {
    return await withKaggleServer(options, async (server) => {
      const tries: ('verified' | MlflowTsError)[] = [];
      const problems: string[] = [];
      for (let turn = 0; turn < 3 && tries.at(-1) !== 'verified'; turn += 1) {
        const outcome = await fetchOnce(server, folder, turn, files);
        if (outcome === 'verified' || outcome instanceof MlflowTsError) tries.push(outcome);
        else problems.push(`try ${turn + 1}: ${outcome.problem}`);
      }
      const told = [...apiFaults.slice(0, server.api.length), ...storageFaults.slice(0, server.storage.length)];
      return { faults: told.map((fault) => JSON.stringify(fault ?? 'none')), tries, problems };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchOnce(
  server: KaggleServer,
  folder: string,
  turn: number,
  files: Readonly<Record<string, Buffer>>,
): Promise<'verified' | MlflowTsError | { readonly problem: string }> {
  const clock = { ...systemClock, sleep: () => Promise.resolve() };
  const source = await openSource('kaggle:o/d', { cwd: '/', clock, env: server.env });
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const context = { signal: AbortSignal.timeout(20_000), progress: () => undefined, log };
  const work = path.join(folder, `try-${turn}`);
  const into = path.join(work, 'files');
  await mkdir(into, { recursive: true });
  try {
    const metadata = await source.describe(context.signal);
    const found = await source.download(into, { ...context, metadata, keptFolder: path.join(folder, 'kept') });
    const unpacked = await unpackDownload(found, work, context);
    const same = hashesBelow(unpacked.folder) === hashesOf(files);
    return same ? 'verified' : { problem: 'another dataset was taken for this one' };
  } catch (error) {
    return error instanceof MlflowTsError ? error : { problem: `it ended with ${String(error)}` };
  }
}

function hashesBelow(folder: string): string {
  const found = filesBelow(folder).map(({ path: file, bytes }) => [path.relative(folder, file), bytes] as const);
  return hashesOf(Object.fromEntries(found));
}

function hashesOf(files: Readonly<Record<string, Buffer>>): string {
  const lines = Object.entries(files).map(
    ([name, bytes]) => `${name} ${createHash('sha256').update(bytes).digest('hex')}`,
  );
  return lines.sort().join('\n');
}

function drawFiles(random: SeededRandom): Record<string, Buffer> {
  const files: Record<string, Buffer> = {};
  const many = 3 + random.integer(5);
  for (let at = 0; at < many; at += 1) {
    const bytes = Buffer.from(Array.from({ length: 1 + random.integer(40_000) }, () => random.integer(256)));
    files[`set/${at % 2 === 0 ? 'a' : 'b'}/${at}.jpg`] = bytes;
  }
  return files;
}

function drawApiFault(random: SeededRandom): ApiFault {
  const html = '<html><body>Please log in</body></html>';
  const faults: readonly ApiFault[] = [
    { kind: 'reset' },
    { kind: 'reply', status: 429, body: '{"code":429,"message":"TooManyRequests"}', headers: { 'retry-after': '2' } },
    { kind: 'reply', status: 429, body: '{"error":{"code":429,"message":"Too many requests"}}' },
    { kind: 'reply', status: 503, body: html },
    { kind: 'reply', status: 500, body: '' },
    { kind: 'reply', status: 200, body: html },
    { kind: 'reply', status: 200, body: '{"code":503,"message":"busy"}' },
    { kind: 'reply', status: 401, body: '{"code":401,"message":"who?"}' },
  ];
  return faults[random.integer(faults.length)]!;
}

function drawStorageFault(random: SeededRandom, length: number): StorageFault {
  const cut = { kind: 'cut', after: random.integer(length) } as const;
  const faults: readonly StorageFault[] = [
    ...[cut, cut, cut],
    { kind: 'ignore-range' },
    { kind: 'other-range', shift: 1 + random.integer(500) },
    { kind: 'wrong-md5' },
    { kind: 'no-md5' },
    { kind: 'flip', at: random.integer(length) },
    { kind: 'lie-about-length', by: 1 + random.integer(1_000) },
    { kind: 'lie-about-length', by: -1 - random.integer(length - 1) },
    { kind: 'busy', status: 429, retryAfter: '3' },
    { kind: 'busy', status: 503 },
    { kind: 'expire' },
    { kind: 'reset' },
  ];
  return faults[random.integer(faults.length)]!;
}
