/**
 * Claim: the onnx engine trains a network to the accuracy that PyTorch trains it to. Same network and initial weights, same images
 * in the same order, same steps of Adam: 5,000 images of CIFAR-10, 1,000 to test on, a VGG with batch normalisation.
 *   node dist/benchmarks/cifar-against-pytorch.js [--epochs 6] [--seeds 2]
 * Needs PyTorch for Python (see pytorch/README.md) and the images (MLFLOW_TS_REAL_DATA names the folder of data).
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { pickSamples, type Samples } from '../src/core/samples.ts';
import { seededRandom } from '../src/core/seeded-random.ts';
import { buildModel, completeSpec } from '../src/training/build-model.ts';
import { findBlockKernels } from '../src/training/engines/block-kernels.ts';
import { createOnnxEngine } from '../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../src/training/engines/onnx-runtime.ts';
import type { Trainer } from '../src/training/engines/training-engine.ts';
import { accuracyOf } from '../src/training/evaluate.ts';
import { readModelGraph } from '../src/training/onnx/model-graph.ts';
import { predictInBatches } from '../src/training/predict-in-batches.ts';
import { loadTensorFlow } from '../src/training/tensorflow.ts';
import { copyWeights } from '../src/training/weights.ts';
import { cifarImages, type CifarImages } from './pytorch/cifar-images.ts';
import { pytorchMissing, startPyTorch, type PyTorchPeer } from './pytorch/pytorch-peer.ts';

const { values } = parseArgs({ options: { epochs: { type: 'string' }, seeds: { type: 'string' } } });
const EPOCHS = Number(values.epochs ?? 6);
const SEEDS = Number(values.seeds ?? 2);
const BATCH = 64;
/** The most by which our accuracy may be below PyTorch's. */
const BOUND = 0.01;
const SPEC = completeSpec({ name: 'vgg-bn', parameters: {} });
const IMAGE = { height: 32, width: 32, channels: 3 };
const epochResult = z.object({ loss: z.number(), accuracy: z.number() });
type EpochResult = z.output<typeof epochResult>;

const data = await cifarImages();
const missing = pytorchMissing() ?? (data === undefined ? 'The images of CIFAR-10 are not installed.' : undefined);
if (missing !== undefined || data === undefined) console.log(`SKIPPED: ${missing ?? ''}`);
else await compare(data);

async function compare(images: CifarImages): Promise<void> {
  const last: { readonly ours: number; readonly theirs: number }[] = [];
  for (let seed = 1; seed <= SEEDS; seed += 1) last.push(await compareOnce(images, seed));
  const mean = (side: 'ours' | 'theirs') => last.reduce((sum, accuracies) => sum + accuracies[side], 0) / last.length;
  const holds = mean('ours') >= mean('theirs') - BOUND;
  console.log(
    `test accuracy over ${SEEDS} seeds: onnx ${mean('ours').toFixed(4)}, PyTorch ${mean('theirs').toFixed(4)}: ` +
      (holds ? 'within a point' : 'DOES NOT HOLD'),
  );
  if (!holds) process.exitCode = 1;
}

async function compareOnce(images: CifarImages, seed: number) {
  const tf = await loadTensorFlow();
  const runtime = await findOnnxRuntime();
  const engine = createOnnxEngine(runtime, await findBlockKernels(runtime));
  const model = buildModel(tf, SPEC, IMAGE, images.classes, seed);
  const trainer = await engine.createTrainer(model, { seed, threads: 1 });
  const peer = await openPeer(model, images);
  const results: { readonly ours: EpochResult; readonly theirs: EpochResult }[] = [];
  try {
    for (let epoch = 1; epoch <= EPOCHS; epoch += 1) {
      const order = seededRandom('order', seed, epoch).shuffle(Array.from({ length: images.train.count }, (_, i) => i));
      // The last third with small steps: what is compared then depends less on the very last batches.
      const learningRate = epoch > (2 * EPOCHS) / 3 ? 1e-4 : 1e-3;
      const theirs = epochResult.parse(await peer.ask({ do: 'epoch', order, batch: BATCH, learningRate }));
      const ours = await ourEpoch(trainer, images, { order, learningRate });
      results.push({ ours, theirs });
      console.log(`seed ${seed}, epoch ${epoch}: onnx ${described(ours)}, PyTorch ${described(theirs)}`);
    }
  } finally {
    peer.close();
    await trainer.dispose();
  }
  const { ours, theirs } = results.at(-1)!;
  return { ours: ours.accuracy, theirs: theirs.accuracy };
}

async function ourEpoch(
  trainer: Trainer,
  { train, test }: CifarImages,
  { order, learningRate }: { readonly order: readonly number[]; readonly learningRate: number },
): Promise<EpochResult> {
  let loss = 0;
  for (let start = 0; start < order.length; start += BATCH) {
    const rows = order.slice(start, start + BATCH);
    loss += (await trainer.step(pickSamples(train, rows), learningRate)).loss * rows.length;
  }
  const accuracy = accuracyOf(await predictInBatches(trainer, test), test.labels);
  return { loss: loss / order.length, accuracy };
}

/** Gives PyTorch the model's initial weights and the images. */
async function openPeer(model: LayersModel, { train, test, classes }: CifarImages): Promise<PyTorchPeer> {
  const peer = startPyTorch();
  const folder = await mkdtemp(join(tmpdir(), 'cifar-'));
  try {
    const values = copyWeights(model);
    const weights = readModelGraph(model).weights.map(({ name, shape }, index) => {
      return { name, shape: [...shape], file: join(folder, `weight-${index}`) };
    });
    for (const [index, { file }] of weights.entries()) await writeFile(file, values[index]!);
    const split = async (name: string, { inputs, labels }: Samples) => {
      const files = { images: join(folder, `${name}-images`), labels: join(folder, `${name}-labels`) };
      await Promise.all([writeFile(files.images, inputs), writeFile(files.labels, labels)]);
      return files;
    };
    const { name: architecture, parameters } = SPEC;
    await peer.ask({ do: 'open', architecture, parameters, image: [32, 32, 3], classes });
    await peer.ask({ do: 'load', weights, train: await split('train', train), test: await split('test', test) });
    return peer;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function described({ loss, accuracy }: EpochResult): string {
  return `loss ${loss.toFixed(4)} accuracy ${accuracy.toFixed(3)}`;
}
