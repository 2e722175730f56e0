import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadSharp } from '../../../../src/core/load-sharp.ts';
import type { Logger, Progress } from '../../../../src/core/logger.ts';
import { LETTERS } from '../../../../src/datasets/sample-signs/poses.ts';
import { openSampleSource, sampleSignsSource } from '../../../../src/datasets/sample-signs/source.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sample-signs-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('the description says that the images are synthetic, and its version changes with seed and number', async () => {
  const { signal } = new AbortController();
  const describe = (rest: string) =>
    Promise.resolve(openSampleSource(rest, NO_CONTEXT)).then((it) => it.describe(signal));
  const described = await describe('signs');
  expect(described).toMatchObject({
    source: 'sample:signs',
    synthetic: true,
    title: expect.stringContaining('synthetic'),
  });
  const others = [await describe('signs?seed=8'), await describe('signs?perClass=99')];
  const versions = [described, ...others].map(({ upstreamVersion }) => upstreamVersion);
  expect(new Set(versions).size).toBe(3);
  expect((await describe('signs?perClass=100&seed=7')).upstreamVersion).toBe(described.upstreamVersion);
});

test('images arrive in the layout of the sign-language dataset, with progress to the last one', async () => {
  const reports: Progress[] = [];
  const files = await download('layout', { seed: 7, perClass: 2 }, (report) => reports.push(report));
  const train = LETTERS.flatMap((letter) => [1, 2].map((n) => `${letter}/${letter}${n}.jpg`));
  expect([...files.keys()].sort()).toEqual(
    [
      ...train.map((name) => `asl_alphabet_train/asl_alphabet_train/${name}`),
      ...LETTERS.map((letter) => `asl_alphabet_test/asl_alphabet_test/${letter}_test.jpg`),
      'README.txt',
    ].sort(),
  );
  expect(reports.at(-1)).toEqual({ done: 78, total: 78, unit: 'images' });
  expect(files.get('README.txt')!.toString()).toContain('SYNTHETIC');
  const { signal } = new AbortController();
  const described = await sampleSignsSource({ seed: 7, perClass: 2 }).describe(signal);
  expect(described.files).toBe(files.size);
});

test('the same seed gives the same bytes, also in more worker threads; another seed gives other images', async () => {
  const one = await download('one', { seed: 7, perClass: 1 });
  const more = await download('more', { seed: 7, perClass: 11 });
  for (const [name, bytes] of one) if (name.endsWith('.jpg')) expect(more.get(name)!.equals(bytes)).toBe(true);
  const again = await download('again', { seed: 7, perClass: 1 });
  expect(hashOf(again)).toBe(hashOf(one));
  const other = await download('other', { seed: 8, perClass: 1 });
  for (const [name, bytes] of one) expect(other.get(name)!.equals(bytes)).toBe(false);
});

test('images are 64 by 64 JPEG files, no two alike', async () => {
  const files = await download('jpeg', { seed: 9, perClass: 2 });
  const sharp = loadSharp();
  const images = [...files].filter(([name]) => name.endsWith('.jpg'));
  expect(await sharp(images[0]![1]).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 64, channels: 3 });
  expect(new Set(images.map(([, bytes]) => bytes.toString('base64'))).size).toBe(images.length);
});

test('an aborted download stops its workers and rejects with the reason', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const progress = () => controller.abort(reason);
  const into = await mkdtemp(path.join(folder, 'aborted-'));
  const source = sampleSignsSource({ seed: 7, perClass: 1000 });
  const metadata = await source.describe(new AbortController().signal);
  const context = { signal: controller.signal, progress, log: QUIET, metadata, keptFolder: into };
  await expect(source.download(into, context)).rejects.toBe(reason);
  const left = (await readdir(into, { recursive: true })).length;
  expect(left).toBeLessThan(10_000);
});

type Options = Parameters<typeof sampleSignsSource>[0];

async function download(name: string, options: Options, progress: (report: Progress) => void = () => undefined) {
  const { signal } = new AbortController();
  const into = await mkdtemp(path.join(folder, `${name}-`));
  const source = sampleSignsSource(options);
  const metadata = await source.describe(signal);
  const result = await source.download(into, { signal, progress, log: QUIET, metadata, keptFolder: into });
  expect(result).toMatchObject({ kind: 'folder', owned: true });
  const entries = await readdir(result.path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const contents = await Promise.all(files.map(async (file) => [file, await readFile(file)] as const));
  return new Map(contents.map(([file, bytes]) => [path.relative(result.path, file), bytes]));
}

function hashOf(files: ReadonlyMap<string, Buffer>): string {
  const hash = createHash('sha256');
  for (const name of [...files.keys()].sort()) hash.update(name).update(files.get(name)!);
  return hash.digest('hex');
}

const nothing = (): void => undefined;
const QUIET: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const NO_CONTEXT = {
  cwd: '.',
  clock: { now: () => 0, monotonicMs: () => 0, sleep: () => Promise.resolve() },
};
