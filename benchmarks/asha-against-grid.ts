// Claim: with ASHA, a search finds a trial as good as the best of the whole grid in at most 0.35 of the grid's training steps:
// median over 10 seeds, on 5,000 images of MNIST, validated on 5,000 others.
// Each cell of the grid is really trained once a seed, to the end. A training of the same seed is bit-identical, so that ASHA,
// which visits the cells in a random order and stops most of them early, then gets its reports from these curves.
// Usage: npm run build && node dist/benchmarks/asha-against-grid.js [folder of MNIST's IDX files] [seeds]
// Without a folder: mnist in MLFLOW_TS_REAL_DATA.
import type { LayersModel } from '@tensorflow/tfjs-layers';
import path from 'node:path';
import { systemClock } from '../src/core/clock.ts';
import type { Samples } from '../src/core/samples.ts';
import { readIdxSet } from '../src/datasets/idx/read-idx-set.ts';
import { buildModel } from '../src/training/build-model.ts';
import { chooseEngine } from '../src/training/engines/choose-engine.ts';
import type { TrainingEngine } from '../src/training/engines/training-engine.ts';
import { fit } from '../src/training/fit.ts';
import { gridOf } from '../src/training/search/grid.ts';
import { parseSearchSpace } from '../src/training/search/parse-search-space.ts';
import type { Pruner, ReportedTrial } from '../src/training/search/pruners/pruner.ts';
import { successiveHalvingPruner } from '../src/training/search/pruners/successive-halving-pruner.ts';
import { gridSampler } from '../src/training/search/samplers/grid-sampler.ts';
import type { PastTrial } from '../src/training/search/samplers/sampler.ts';
import { configHash, type TrialParameters } from '../src/training/search/search-space.ts';
import { loadTensorFlow } from '../src/training/tensorflow.ts';
import { median } from '../tests/helpers/search-objectives.ts';

const BOUND = 0.35;
const IMAGES = 5_000;
const EPOCHS = 9;
const BATCH = 50;
const SPACE = parseSearchSpace({
  learningRate: { float: [1e-4, 1e-1], log: true, steps: 9 },
  dropout: { choice: [0, 0.2, 0.4] },
});
const ASHA = { minResource: 1, reductionFactor: 3, minEarlyStoppingRate: 0, bootstrapCount: 0 };

let engine: TrainingEngine | undefined;

/** Validation accuracy after each epoch. */
type Curve = readonly number[];

const { MLFLOW_TS_REAL_DATA: realData } = process.env;
const folder = process.argv[2] ?? (realData === undefined ? undefined : path.join(realData, 'mnist'));
if (folder === undefined) {
  console.log('skipped: name the folder of MNIST’s IDX files, or set MLFLOW_TS_REAL_DATA');
} else {
  const seeds = Array.from({ length: Number(process.argv[3] ?? 10) }, (_, seed) => seed);
  const { train, validation } = await readImages(folder);
  const exact: number[] = [];
  const near: number[] = [];
  for (const seed of seeds) {
    const curves = await learnCurves(train, validation, seed);
    const best = bestOf(curves);
    exact.push(shareOfSteps(curves, seed, best));
    near.push(shareOfSteps(curves, seed, best - standardError(best)));
    const shares = [exact, near].map((all) => all.at(-1)!.toFixed(3));
    console.log(
      `seed ${seed}: the grid's best is ${best}; share of its steps to reach it ${shares[0]}, nearly ${shares[1]}`,
    );
  }
  const reached = exact.filter(Number.isFinite).length;
  const result = median(exact);
  console.log(
    `median: ${result.toFixed(3)} of the grid's training steps (bound ${BOUND}); reached on ${reached} seeds`,
  );
  console.log(`median to within one standard error of the validation: ${median(near).toFixed(3)}`);
  process.exitCode = result <= BOUND ? 0 : 1;
}

async function readImages(from: string): Promise<{ readonly train: Samples; readonly validation: Samples }> {
  const { images, labels, height, width } = await readIdxSet(from, 'train');
  const part = (first: number): Samples => ({
    // Of its own: what is read is a part of a Buffer with all images.
    inputs: new Uint8Array(images.subarray(first * height * width, (first + IMAGES) * height * width)),
    labels: Int32Array.from(labels.slice(first, first + IMAGES)),
    shape: [height, width, 1],
    count: IMAGES,
  });
  return { train: part(0), validation: part(IMAGES) };
}

async function learnCurves(train: Samples, validation: Samples, seed: number): Promise<ReadonlyMap<string, Curve>> {
  const grid = gridOf(SPACE);
  const curves = new Map<string, Curve>();
  for (let index = 0; index < grid.size; index += 1) {
    const cell = grid.cell(index);
    curves.set(configHash(cell), await learn(cell, train, validation, seed));
  }
  return curves;
}

async function learn(cell: TrialParameters, train: Samples, validation: Samples, seed: number): Promise<Curve> {
  const tf = await loadTensorFlow();
  const parameters = { units: 64, dropout: Number(cell.dropout) };
  const architecture = { name: 'dense', parameters };
  const model = buildModel(tf, architecture, { height: 28, width: 28, channels: 1 }, 10, seed);
  const learningRate = Number(cell.learningRate);
  const settings = { architecture, epochs: EPOCHS, batchSize: BATCH, learningRate, optimizer: 'adam' as const, seed };
  const { history } = await fit(
    { model, engine: await engineFor(model), settings, train, validation },
    { clock: systemClock },
  );
  model.dispose();
  return history.map(({ validationAccuracy }) => validationAccuracy);
}

/** Chosen once: looking what kernels there are takes longer than an epoch. */
async function engineFor(model: LayersModel): Promise<TrainingEngine> {
  engine ??= (await chooseEngine('auto', model)).engine;
  return engine;
}

/** What the search spends, as a share of the whole grid, until it has completed a trial as good as wanted; Infinity when it never does. */
function shareOfSteps(curves: ReadonlyMap<string, Curve>, seed: number, wanted: number): number {
  const sampler = gridSampler({ shuffleSeed: seed });
  const pruner = successiveHalvingPruner(ASHA, { direction: 'maximize' });
  const reported: ReportedTrial[] = [];
  const past: PastTrial[] = [];
  let epochs = 0;
  for (let number = 0; number < curves.size; number += 1) {
    const parameters = sampler.suggest(SPACE, number, past)!;
    const hash = configHash(parameters);
    const curve = curves.get(hash)!;
    const trial = runTrial(number, curve, pruner, reported);
    reported.push(trial);
    past.push({ number, parameters, configHash: hash, state: trial.state });
    epochs += trial.reports.length;
    if (trial.state === 'complete' && Math.max(...curve) >= wanted) return epochs / (curves.size * EPOCHS);
  }
  return Infinity;
}

function runTrial(number: number, curve: Curve, pruner: Pruner, others: readonly ReportedTrial[]): ReportedTrial {
  const trial = { number, reports: [] as { step: number; value: number; rungs: number }[] };
  for (const [index, value] of curve.entries()) {
    const report = { step: index + 1, value, rungs: 0 };
    trial.reports.push(report);
    const running = { ...trial, state: 'running' as const };
    const { prune, rungs } = pruner.judge(running, [...others, running]);
    report.rungs = rungs;
    if (prune) return { ...trial, state: 'pruned' };
  }
  return { ...trial, state: 'complete' };
}

function bestOf(curves: ReadonlyMap<string, Curve>): number {
  return Math.max(...[...curves.values()].map((curve) => Math.max(...curve)));
}

/** Of an accuracy that was measured on the validation images. */
function standardError(accuracy: number): number {
  return Math.sqrt((accuracy * (1 - accuracy)) / IMAGES);
}
