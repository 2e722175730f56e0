/**
 * Frozen backbones: how fast features come and a head learns, against bare loops over the same ONNX Runtime, and how good the
 * classifiers are. Takes the folder of the real data (default: MLFLOW_TS_REAL_DATA, else ../shared/data) with `imagenet-models/`,
 * `asl-alphabet/` and `dog-breeds/`; `--speed` leaves the accuracies out. Exits with 1 when a bound does not hold.
 *
 *   node dist/benchmarks/backbones.js [folder] [--speed]
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { systemClock } from '../src/core/clock.ts';
import type { Logger } from '../src/core/logger.ts';
import type { Samples } from '../src/core/samples.ts';
import { openTensorCache, type TensorCache } from '../src/datasets/cache/open-tensor-cache.ts';
import { openFeatureExtractor } from '../src/training/backbones/feature-extractor.ts';
import { computeFeatures } from '../src/training/backbones/features/compute-features.ts';
import { loadFeatures } from '../src/training/backbones/features/load-features.ts';
import { openBackbone, type Backbone } from '../src/training/backbones/open-backbone.ts';
import { buildHead } from '../src/training/build-model.ts';
import { createOnnxEngine } from '../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../src/training/engines/onnx-runtime.ts';
import { batchesOfEpoch } from '../src/training/epoch-batches.ts';
import { fit } from '../src/training/fit.ts';
import { compileInferenceGraph } from '../src/training/onnx/compile-inference.ts';
import { compileTrainingGraph } from '../src/training/onnx/compile-training.ts';
import { readModelGraph } from '../src/training/onnx/model-graph.ts';
import type { TrainingSettings } from '../src/training/training-settings.ts';
import { loadTensorFlow } from '../src/training/tensorflow.ts';
import { copyWeights } from '../src/training/weights.ts';

const args = process.argv.slice(2);
const data = path.resolve(
  args.find((arg) => !arg.startsWith('--')) ?? process.env.MLFLOW_TS_REAL_DATA ?? '../shared/data',
);
const models = path.join(data, 'imagenet-models');
const cli = fileURLToPath(new URL('../bin/mlflow-ts.js', import.meta.url));
const folder = await mkdtemp(path.join(tmpdir(), 'backbones-'));
const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const THREADS = 2;
const BATCH = 16;
const ROUNDS = 3;

try {
  const asl = `zip:${path.join(data, 'asl-alphabet/asl-alphabet.zip')}`;
  const config = fileURLToPath(new URL('../../configs/asl-transfer.yaml', import.meta.url));
  if (!args.includes('--speed')) {
    accuracy('sign photos, mobilenet_v2', 0.94, ['-c', config, '-p', `source=${asl}`]);
    const small = ['-p', 'backbone=mobilenet_v1_0.25'];
    accuracy('sign photos, mobilenet_v1_0.25', 0.88, ['-c', config, '-p', `source=${asl}`, ...small]);
    const dogs = `zip:${path.join(data, 'dog-breeds/dog-breeds-64px.zip')}`;
    const flips = 'augmentation={"flip":true,"rotation":5,"shift":0.05,"brightness":0.05}';
    accuracy('dog breeds, mobilenet_v2', 0.72, [
      ...['-c', config, '-p', `source=${dogs}`, '-p', flips, '-p', 'model=dogs', '-p', 'experiment=dogs'],
    ]);
  }
  const ALL = Infinity;
  for (const [name, files] of [
    ['mobilenet_v1_0.25', ALL],
    ['mobilenet_v2', ALL],
  ] as const) {
    const version = run('collect', ['-p', `source=${asl}`]) as { id: string };
    const prepared = ['-p', `datasetVersion=${version.id}`, '-p', `backbone=${name}`, '-p', 'split=hash'];
    const { path: cachePath } = run('prep', prepared) as { path: string };
    await extractionSpeed(name, await openTensorCache(path.join(folder, 'data', cachePath)), files);
  }
  await headSpeed(await loadFeatures([path.join(folder, 'features', 'mobilenet_v2')], 'train'));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Runs a flow in the project of the benchmark and gives its result. */
function run(flow: string, parameters: readonly string[]): Record<string, unknown> {
  const env = { ...process.env, MLFLOW_TS_HOME: '', MLFLOW_TS_BACKBONE_FOLDER: models };
  const ended = spawnSync(
    process.execPath,
    [cli, 'run', flow, '--json', '--home', path.join(folder, '.mlflow-ts'), ...parameters],
    {
      cwd: folder,
      env,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    },
  );
  if (ended.status !== 0) throw new Error(`${flow} failed: ${ended.stderr.slice(-2000)}`);
  return (JSON.parse(ended.stdout) as { result: Record<string, unknown> }).result;
}

function accuracy(what: string, bound: number, parameters: readonly string[]): void {
  const started = performance.now();
  const { metrics } = run('pipeline', parameters) as { metrics: Record<string, number> };
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const { testAccuracy = 0, apartAccuracy } = metrics;
  const apart = apartAccuracy === undefined ? '' : `, test folder shot elsewhere ${apartAccuracy.toFixed(4)}`;
  verdict(
    `${what}: test accuracy ${testAccuracy.toFixed(4)}${apart}, in ${seconds} s`,
    `≥ ${bound}`,
    testAccuracy >= bound,
  );
}

/** The whole way from the tensor cache to the feature cache, against `session.run` alone on floats that are made beforehand. */
async function extractionSpeed(name: string, cache: TensorCache, files: number): Promise<void> {
  const backbone = await open(name);
  const shards = cache.shards.slice(0, files);
  const count = shards.reduce((sum, shard) => sum + shard.count, 0);
  const source = { backbone, tensorCacheId: cache.summary.id, datasetVersionId: cache.summary.datasetVersionId };
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const into = path.join(folder, 'features', name);
    await rm(into, { recursive: true, force: true });
    const extractor = await openFeatureExtractor(backbone, { threads: THREADS });
    const started = performance.now();
    await computeFeatures({
      ...{ folder: into, source, shards, log: quiet, signal: new AbortController().signal, progress: () => undefined },
      openExtractor: () => Promise.resolve(extractor),
    });
    ours.push((count * 1000) / (performance.now() - started));
    bare.push(await bareExtraction(backbone, cache, count));
  }
  compare(`features by ${name}, images/s`, ours, bare, 0.85);
}

/** As many images as ours were; those of the first file stand for all, as floats they would not fit into memory. */
async function bareExtraction({ file, spec }: Backbone, cache: TensorCache, count: number): Promise<number> {
  const session = await ort.InferenceSession.create(file, {
    graphOptimizationLevel: 'all',
    intraOpNumThreads: THREADS,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const { images } = await cache.shards[0]!.load();
  const { height, width } = spec.input;
  const pixels = height * width;
  const batches = Array.from({ length: Math.floor(images.length / (pixels * 3 * BATCH)) }, (_, batch) => {
    const floats = new Float32Array(BATCH * 3 * pixels);
    for (let at = 0; at < floats.length; at += 1) {
      const [image, rest] = [Math.floor(at / (3 * pixels)), at % (3 * pixels)];
      const from = (batch * BATCH + image) * 3 * pixels + (rest % pixels) * 3 + Math.floor(rest / pixels);
      floats[at] = images[from]! / 127.5 - 1;
    }
    return new ort.Tensor('float32', floats, [BATCH, 3, height, width]);
  });
  const started = performance.now();
  for (let done = 0; done < count; done += BATCH) {
    const batch = batches[(done / BATCH) % batches.length]!;
    await session.run({ [spec.input.name]: batch }, [spec.features]);
  }
  const rate = (count * 1000) / (performance.now() - started);
  await session.release();
  return rate;
}

/** `fit` of a head as a trial does it, against its graphs run in a loop with batches that are gathered beforehand. */
async function headSpeed(train: Samples): Promise<void> {
  const tf = await loadTensorFlow();
  const engine = createOnnxEngine(await findOnnxRuntime());
  const settings = {
    architecture: { name: 'linear', parameters: {} },
    epochs: 40,
    batchSize: 64,
    learningRate: 0.003,
    optimizer: 'adam',
    seed: 1,
  } satisfies TrainingSettings;
  const classes = Math.max(...train.labels) + 1;
  const build = () => buildHead(tf, settings.architecture, train.shape[0]!, classes, 1);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    await fit({ model: build(), engine, settings, train, validation: train }, { clock: systemClock });
    ours.push(1000 / (performance.now() - started));
    bare.push(1000 / (await bareHead(build(), train, settings)));
  }
  compare('trials of a linear head a second, 40 epochs', ours, bare, 1 / 1.5);
}

async function bareHead(
  model: ReturnType<typeof buildHead>,
  train: Samples,
  settings: {
    readonly epochs: number;
    readonly batchSize: number;
    readonly learningRate: number;
    readonly seed: number;
  },
): Promise<number> {
  const graph = readModelGraph(model);
  const {
    model: bytes,
    carry,
    slots,
    scalars,
  } = compileTrainingGraph(graph, { labelSmoothing: 0, lowering: { kind: 'plain' } });
  const options = { graphOptimizationLevel: 'extended', intraOpNumThreads: 1 } as const;
  const started = performance.now();
  const step = await ort.InferenceSession.create(bytes, options);
  const predict = await ort.InferenceSession.create(compileInferenceGraph(graph, {}), options);
  const float = (values: Float32Array, shape: readonly number[]) => new ort.Tensor('float32', values, shape);
  const values = copyWeights(model);
  const state = new Map([
    ...graph.weights.map(({ name, shape }, at) => [name, float(values[at]!, shape)] as const),
    ...slots.map(
      ({ name, shape }) => [name, float(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape)] as const,
    ),
  ]);
  const examples: Samples[] = [];
  for await (const batch of batchesOfEpoch(train, settings, 1)) examples.push(batch);
  const batches = examples.map(({ inputs, labels, count }) => ({
    features: float(inputs as Float32Array, [count, ...train.shape]),
    labels: new ort.Tensor('int32', labels, [count]),
  }));
  let steps = 0;
  for (let epoch = 0; epoch < settings.epochs; epoch += 1) {
    for (const batch of batches) {
      const given = Object.entries(scalars(settings.learningRate, (steps += 1)));
      const rates = given.map(([name, value]) => [name, float(Float32Array.of(value), [])] as const);
      const outputs = await step.run({ ...batch, ...Object.fromEntries([...state, ...rates]) });
      for (const [name, resident] of Object.entries(carry))
        state.set(resident, outputs[name] as ort.TypedTensor<'float32'>);
    }
    const weights = Object.fromEntries(graph.weights.map(({ name }) => [name, state.get(name)!]));
    for (const { features } of batches) await predict.run({ features, ...weights });
  }
  return performance.now() - started;
}

async function open(name: string): Promise<Backbone> {
  const places = { cwd: folder, projectRoot: folder, filesFolder: folder, extraFolder: models };
  const signal = new AbortController().signal;
  return openBackbone(name, {
    places,
    pinsFolder: folder,
    clock: systemClock,
    signal,
    log: quiet,
    progress: () => undefined,
  });
}

/** Each round has both, one after the other: what else the machine does then meets both. */
function compare(what: string, ours: readonly number[], bare: readonly number[], bound: number): void {
  const median = (values: readonly number[]) => values.toSorted((left, right) => left - right)[values.length >> 1]!;
  const ratio = median(ours.map((rate, round) => rate / bare[round]!));
  const rates = `${median(ours).toFixed(1)} against ${median(bare).toFixed(1)} of a bare loop`;
  verdict(`${what}: ${rates}, ${ratio.toFixed(2)} ×`, `≥ ${bound.toFixed(2)} ×`, ratio >= bound);
}

function verdict(text: string, bound: string, holds: boolean): void {
  console.log(`${text} (bound ${bound})${holds ? '' : ' – does not hold'}`);
  if (!holds) process.exitCode = 1;
}
