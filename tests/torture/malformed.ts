// Unpacks malformed archives and decodes malformed images, and looks whether anything crashes, hangs or is written elsewhere:
//   npm run torture:malformed            2,000 of each, a seed from the clock
//   node dist/tests/torture/malformed.js --count 500 --seed 7 [--first 12]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { loadSharp } from '../../src/core/load-sharp.ts';
import { unpackMalformed, type Malformed } from '../helpers/malformed-archives.ts';
import { decodeMalformed, wholeImages } from '../helpers/malformed-images.ts';

type Plan = { readonly count: number; readonly first: number; readonly seed: string; readonly folder: string };
type Told = Malformed & { readonly kind: 'archive' | 'image'; readonly number: number };

/** A thread that says nothing for so long hangs. */
const LONGEST_SILENCE_MS = 20_000;

if (isMainThread) await watch();
else await work(workerData as Plan);

async function work({ count, first, seed, folder }: Plan): Promise<void> {
  const whole = await wholeImages();
  for (let number = first; number < first + count; number += 1) {
    const archive = await unpackMalformed(join(folder, 'work'), seed, 'archive', number);
    parentPort?.postMessage({ ...archive, kind: 'archive', number } satisfies Told);
    const image = await decodeMalformed(whole, seed, 'image', number);
    parentPort?.postMessage({ ...image, kind: 'image', number } satisfies Told);
  }
}

async function watch(): Promise<void> {
  const { values } = parseArgs({
    options: { count: { type: 'string' }, seed: { type: 'string' }, first: { type: 'string' } },
  });
  const count = Number(values.count ?? 2_000);
  const first = Number(values.first ?? 1);
  const seed = values.seed ?? String(Date.now() % 1_000_000);
  console.log(`torture: ${count} malformed archives and as many images, seed ${seed}`);
  const folder = await mkdtemp(join(tmpdir(), 'mlflow-ts-malformed-'));
  // Its libraries stay loaded until the last thread has ended.
  loadSharp();
  const told = await run({ count, first, seed, folder });
  await rm(folder, { recursive: true, force: true });
  for (const kind of ['archive', 'image'] as const) summarise(kind, told, seed);
  const isDone = told.length === 2 * count;
  if (!isDone)
    console.log(
      `PROBLEM: it ended, or said nothing for ${LONGEST_SILENCE_MS / 1_000} s, after ${told.length} of ${2 * count}`,
    );
  process.exit(isDone && told.every(({ complaint }) => complaint === undefined) ? 0 : 1);
}

/** Resolves when the thread has ended, or hangs. */
function run(plan: Plan): Promise<Told[]> {
  const told: Told[] = [];
  return new Promise((resolve) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: plan });
    let silence = setTimeout(() => resolve(told), LONGEST_SILENCE_MS);
    worker.on('message', (message: Told) => {
      told.push(message);
      clearTimeout(silence);
      silence = setTimeout(() => resolve(told), LONGEST_SILENCE_MS);
    });
    worker.on('error', (error) => console.log('PROBLEM', error));
    worker.on('exit', () => resolve(told));
  });
}

function summarise(kind: Told['kind'], all: readonly Told[], seed: string): void {
  const told = all.filter((each) => each.kind === kind);
  const slowest = Math.max(0, ...told.map(({ tookMs }) => tookMs));
  const taken = told.filter((each) => each.taken).length;
  console.log(
    `${told.length} ${kind}s: ${taken} taken, ${told.length - taken} refused, the slowest took ${Math.round(slowest)} ms`,
  );
  for (const { number, complaint } of told) {
    if (complaint === undefined) continue;
    console.log(`PROBLEM ${kind} ${number} ${complaint}`);
    console.log(`  Again: node dist/tests/torture/malformed.js --seed ${seed} --first ${number} --count 1`);
  }
}
