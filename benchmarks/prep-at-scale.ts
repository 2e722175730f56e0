// Claims: prep of 20,000 JPEGs of 200 × 200 pixels to 64 × 64, the children's start, hashing and writing included, is no slower
// than two processes of Pillow that only decode and resize; a second prep with 1 % new images takes 0.1 of the first at most;
// no more than 500 MB are in memory at once, parent and children together. All three are done in turns, three times; times are
// medians. Pictures that are drawn into a folder that is named are kept there and used again.
// Usage: npm run build && node dist/benchmarks/prep-at-scale.js [images] [folder for the pictures]
import { spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSharp } from '../src/core/load-sharp.ts';
import type { Logger } from '../src/core/logger.ts';
import { seededRandom } from '../src/core/seeded-random.ts';
import { prepareTensorCache } from '../src/datasets/cache/prepare-tensor-cache.ts';
import type { DatasetVersion } from '../src/datasets/dataset-version.ts';
import { createDatasetVersion } from '../src/datasets/version/create-dataset-version.ts';

const LEAST_SPEED = 1;
const MOST_SECOND = 0.1;
const MOST_MEGABYTES = 500;
const SIDE = 200;
const CLASSES = 20;
const images = Number(process.argv[2] ?? 20_000);
const folder = mkdtempSync(path.join(tmpdir(), 'prep-at-scale-'));
const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const kept = process.argv[3];
const ROUNDS = 3;

const dataDir = path.join(folder, 'data');
const context = { signal: new AbortController().signal, progress: () => undefined, log: quiet };

try {
  const [pictures, more] = ['first', 'more'].map((name) => path.join(kept ?? folder, `${images}-${name}`)) as [
    string,
    string,
  ];
  await drawPictures(pictures, 0, images);
  await drawPictures(more, images, images + Math.round(images / 100));
  const version = await collect(pictures);
  const both = path.join(folder, 'both');
  for (const part of [pictures, more]) cpSync(part, both, { recursive: true });
  const later = await collect(both);
  rmSync(both, { recursive: true });
  const rounds: { first: Preparation; second: Preparation; pillow: number | undefined }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rmSync(path.join(dataDir, 'tensors'), { recursive: true, force: true });
    rounds.push({ first: await prepare(version), pillow: decodeWithPillow(pictures), second: await prepare(later) });
    const { first, second, pillow } = rounds.at(-1)!;
    console.log(
      `prep ${first.seconds.toFixed(1)} s, Pillow ${pillow?.toFixed(1) ?? '-'} s, second prep ${second.seconds.toFixed(2)} s`,
    );
  }
  const [first, second] = [
    median(rounds.map((round) => round.first.seconds)),
    median(rounds.map((round) => round.second.seconds)),
  ];
  tell(`first prep: ${(images / first).toFixed(0)} images a second`, true);
  if (rounds.every(({ pillow }) => pillow !== undefined)) {
    const speed = median(rounds.map((round) => round.pillow! / round.first.seconds));
    tell(`speed against two processes of Pillow: ${speed.toFixed(2)} ×, at least ${LEAST_SPEED}`, speed >= LEAST_SPEED);
  }
  const share = median(rounds.map((round) => round.second.seconds / round.first.seconds));
  tell(
    `second prep with 1 % new images: ${second.toFixed(2)} s, ${share.toFixed(3)} of the first, at most ${MOST_SECOND}`,
    share <= MOST_SECOND,
  );
  const most = Math.max(...rounds.flatMap((round) => [round.first.megabytes, round.second.megabytes]));
  tell(`memory: ${most.toFixed(0)} MB, at most ${MOST_MEGABYTES}`, most <= MOST_MEGABYTES);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)]!;
}

function tell(text: string, holds: boolean): void {
  console.log(`${text}${holds ? '' : ': DOES NOT HOLD'}`);
  if (!holds) process.exitCode = 1;
}

/** Smooth light with a photo's grain, about 12 kB each; no two are the same. */
async function drawPictures(into: string, from: number, to: number): Promise<void> {
  const done = `${into}.drawn`;
  if (existsSync(done)) return;
  const sharp = loadSharp();
  const random = seededRandom('pictures', from);
  const grain = Buffer.from(Array.from({ length: 2 * SIDE * SIDE * 3 }, () => random.integer(36)));
  for (let number = 0; number < CLASSES; number += 1)
    mkdirSync(path.join(into, `class-${number}`), { recursive: true });
  for (let at = from; at < to; at += 1) {
    const [waveX, waveY, shift] = [
      random.uniform(0.01, 0.1),
      random.uniform(0.01, 0.1),
      random.integer(grain.length / 2),
    ];
    const across = Float64Array.from({ length: SIDE * 3 }, (_, place) => Math.sin((waveX * place) / 3 + (place % 3)));
    const data = Buffer.alloc(SIDE * SIDE * 3);
    for (let pixel = 0, row = 0; row < SIDE; row += 1) {
      const light = 110 + 45 * Math.sin(waveY * row);
      for (const wave of across) data[pixel] = light + 45 * wave + grain[shift + pixel++]!;
    }
    const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
    const jpeg = await sharp(data, { raw }).jpeg({ quality: 85 }).toBuffer();
    writeFileSync(path.join(into, `class-${at % CLASSES}`, `${at}.jpg`), jpeg);
  }
  writeFileSync(done, '');
}

async function collect(pictures: string): Promise<Pick<DatasetVersion, 'path'>> {
  const metadata = { source: 'folder:x', name: 'x', title: 'X', upstreamVersion: '1', synthetic: true };
  return createDatasetVersion({ ...context, dataDir, folder: pictures, owned: false, metadata });
}

type Preparation = { readonly seconds: number; readonly megabytes: number };

async function prepare(version: Pick<DatasetVersion, 'path'>): Promise<Preparation> {
  const children: ChildProcess[] = [];
  let megabytes = 0;
  const measuring = setInterval(() => {
    const pids = [process.pid, ...children.flatMap(({ pid }) => pid ?? [])];
    megabytes = Math.max(
      megabytes,
      pids.map(residentMegabytes).reduce((sum, each) => sum + each, 0),
    );
  }, 50);
  const started = performance.now();
  await prepareTensorCache({
    ...{ ...context, dataDir, version, workers: 2, onChild: (child) => void children.push(child) },
    settings: {
      ...{ height: 64, width: 64, channels: 3, maxBrokenShare: 0 },
      split: { kind: 'hash', train: 0.7, validation: 0.15, test: 0.15, salt: 's', testFolder: 'merge' },
    },
  });
  clearInterval(measuring);
  return { seconds: (performance.now() - started) / 1_000, megabytes };
}

/** Linux tells it; a process that has ended has none. */
function residentMegabytes(pid: number): number {
  try {
    const kilobytes = /VmRSS:\s+(?<kilobytes>\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.groups?.kilobytes;
    return Number(kilobytes ?? 0) / 1_000;
  } catch {
    return 0;
  }
}

/** In seconds; undefined, visibly, where Pillow is missing. Debian's package belongs to Debian's Python, which need not be the first. */
function decodeWithPillow(pictures: string): number | undefined {
  const script = fileURLToPath(new URL('../../benchmarks/pil/decode.py', import.meta.url));
  let why = '';
  for (const python of ['python3', '/usr/bin/python3']) {
    const { status, stdout, stderr } = spawnSync(python, [script, pictures, path.join(folder, 'pillow')], {
      encoding: 'utf8',
    });
    if (status === 0) return Number(stdout);
    why = stderr.trim().split('\n').at(-1) ?? '';
  }
  console.log(`SKIPPED: no figure against Pillow, python3 with python3-pil is missing here. ${why}`);
  return undefined;
}
