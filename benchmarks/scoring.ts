/**
 * Claims: scoring a model, as images are and disturbed, leaves the event loop free; a sample of the machine costs a small part
 * of the second it stands for. Also what disturbing an image costs against predicting its class.
 * Run: node dist/benchmarks/scoring.js
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { scoreModel } from '../src/app/evaluation/score-model.ts';
import { startSystemSampler, type SystemSample } from '../src/app/system-metrics.ts';
import { systemClock } from '../src/core/clock.ts';
import { buildModel } from '../src/training/build-model.ts';
import { saveModelFiles } from '../src/training/model-files.ts';
import { loadPredictor } from '../src/training/predictor.ts';
import { disturbImages } from '../src/training/robust-images.ts';
import { loadTensorFlow } from '../src/training/tensorflow.ts';
import { tensorCacheOfHalves } from '../tests/helpers/tensor-caches.ts';

const STALL_P99_MS = 50;
const SAMPLE_MS = 10;
const IMAGES = 500;
const idle = new AbortController().signal;
const tf = await loadTensorFlow();

const image = { height: 28, width: 28, channels: 1 };
const images = new Uint8Array(IMAGES * 28 * 28).fill(90);
const sampleIds = Array.from({ length: IMAGES }, (_, index) => `sample ${index}`);
const predicting = await timeOfPredicting();
const disturbing = await shortest(() => Promise.resolve(disturbImages(images, image, sampleIds)));
console.log(`disturbing a 28×28×1 image: ${perImage(disturbing)}, predicting it: ${perImage(predicting)}`);
console.log(`ratio: ${(disturbing / predicting).toFixed(2)}`);

const { p99, worst } = await stallWhileScoring();
console.log(`event loop while scoring: p99 ${p99.toFixed(1)} ms (bound ${STALL_P99_MS}), worst ${worst.toFixed(1)} ms`);
const sampleMs = costOfASample();
console.log(`a sample of the machine: ${sampleMs.toFixed(2)} ms of a second (bound ${SAMPLE_MS})`);
process.exitCode = p99 <= STALL_P99_MS && sampleMs <= SAMPLE_MS ? 0 : 1;

async function timeOfPredicting(): Promise<number> {
  const folder = await savedModel({ ...image, classes: 10 });
  const predictor = await loadPredictor(folder);
  const time = await shortest(() => predictor.predict(images, IMAGES));
  await predictor.dispose();
  await rm(folder, { recursive: true });
  return time;
}

async function stallWhileScoring(): Promise<{ readonly p99: number; readonly worst: number }> {
  const cachePath = await tensorCacheOfHalves(200);
  const modelFolder = await savedModel({ height: 12, width: 12, channels: 1, classes: 2 });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  for (let round = 0; round < 5; round += 1) {
    await scoreModel({ modelFolder, cachePath, split: 'train', robust: true, report: true }, idle);
  }
  delay.disable();
  await rm(modelFolder, { recursive: true });
  await rm(path.resolve(cachePath, '../../..'), { recursive: true });
  // The histogram counts the interval itself, too.
  return { p99: delay.percentile(99) / 1e6 - 5, worst: delay.max / 1e6 - 5 };
}

async function savedModel({ classes, ...shape }: typeof image & { readonly classes: number }): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'scoring-'));
  const model = buildModel(tf, { name: 'cnn', parameters: {} }, shape, classes, 1);
  await saveModelFiles(model, folder, { classNames: Array.from({ length: classes }, (_, index) => String(index)) });
  return folder;
}

function costOfASample(): number {
  const samples: SystemSample[] = [];
  const sampler = startSystemSampler(systemClock, '.', (sample) => samples.push(sample));
  let spent = Infinity;
  for (let round = 0; round < 10; round += 1) {
    const pausedUntil = performance.now() + 25;
    while (performance.now() < pausedUntil);
    const begun = performance.now();
    sampler.epochEnded();
    sampler.epochEnded();
    if (performance.now() - begun > 0.01) spent = Math.min(spent, performance.now() - begun);
  }
  void sampler.stop();
  return spent;
}

async function shortest(work: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < 5; round += 1) {
    const begun = performance.now();
    await work();
    least = Math.min(least, performance.now() - begun);
  }
  return least;
}

function perImage(ms: number): string {
  return `${((1_000 * ms) / IMAGES).toFixed(0)} µs`;
}
