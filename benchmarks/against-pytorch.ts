/**
 * Claim: a training step (forward, backward, Adam) of the onnx engine takes a fraction of PyTorch's for the same network, one
 * thread each. The sides take turns, a step each, in processes of their own; the shortest of the steps counts, in CPU time over
 * all threads: on an idle machine that is the time on the clock, and other work hardly changes it.
 *   node dist/benchmarks/against-pytorch.js [--steps 20] [--only VGG] [--profile]
 * Needs PyTorch for Python (apt-get install python3-torch); without it only our side is timed.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { samplesOf, type Samples } from '../src/core/samples.ts';
import { seededRandom } from '../src/core/seeded-random.ts';
import { buildModel } from '../src/training/build-model.ts';
import { findBlockKernels } from '../src/training/engines/block-kernels.ts';
import { createOnnxEngine } from '../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../src/training/engines/onnx-runtime.ts';
import type { Trainer } from '../src/training/engines/training-engine.ts';
import { loadTensorFlow } from '../src/training/tensorflow.ts';
import { NETWORKS, type TimedNetwork } from './pytorch/networks.ts';
import { profileStep } from './pytorch/profile-step.ts';
import { pytorchMissing, startPyTorch, type PyTorchPeer } from './pytorch/pytorch-peer.ts';

const { values } = parseArgs({
  options: { steps: { type: 'string' }, only: { type: 'string' }, profile: { type: 'boolean' } },
});
const STEPS = Number(values.steps ?? 20);
const WARM_UP = 3;
const CLASSES = 10;
const openedNetwork = z.object({ weights: z.number(), version: z.string() });
const tf = await loadTensorFlow();
const runtime = await findOnnxRuntime();
const kernels = await findBlockKernels(runtime);
const engines = { blocked: createOnnxEngine(runtime, kernels), plain: createOnnxEngine(runtime) };

type Cost = { readonly wallMs: number; readonly cpuMs: number };
type Side = { readonly name: string; readonly step: () => Promise<Cost>; readonly end: () => Promise<void> | void };

const missing = pytorchMissing();
if (missing !== undefined) console.log(`SKIPPED: ${missing}`);
if (kernels.kind === 'plain') console.log(`No blocks: ${kernels.reason}.`);
for (const network of NETWORKS.filter(({ name }) => name.includes(values.only ?? ''))) {
  await compare(network);
  if (values.profile === true) await profile(network);
}

async function compare(network: TimedNetwork): Promise<void> {
  const model = buildModel(tf, network.spec, network.image, CLASSES, 1);
  const weights = model.trainableWeights.reduce((sum, weight) => sum + weight.read().size, 0);
  const options = { seed: 1, threads: 1, labelSmoothing: 0 };
  const sides = [
    ...(missing === undefined ? [await pytorchSide(network, weights)] : []),
    await ourSide('onnx, blocked', engines.blocked.createTrainer(model, options), network),
    await ourSide('onnx, plain', engines.plain.createTrainer(model, options), network),
  ];
  const costs = sides.map((): Cost[] => []);
  for (let step = -WARM_UP; step < STEPS; step += 1) {
    for (const [index, side] of sides.entries()) {
      const cost = await side.step();
      if (step >= 0) costs[index]!.push(cost);
    }
  }
  for (const side of sides) await side.end();
  console.log(`${network.name}, ${weights} weights: milliseconds a step`);
  tell(
    network,
    sides.map(({ name }, index) => ({ name, wall: costs[index]!.map(wallOf), cpu: costs[index]!.map(cpuOf) })),
  );
}

type Times = { readonly name: string; readonly wall: readonly number[]; readonly cpu: readonly number[] };

function tell({ bound }: TimedNetwork, sides: readonly Times[]): void {
  for (const { name, wall, cpu } of sides) {
    const times = `CPU ${column(Math.min(...cpu))}   wall ${column(Math.min(...wall))}, median ${column(median(wall))}`;
    console.log(
      `  ${name.padEnd(16)} ${times}${missing === undefined ? `   ${ratios({ name, wall, cpu }, sides[0]!)}` : ''}`,
    );
  }
  if (missing !== undefined) return;
  const measured = Math.min(...sides[1]!.cpu) / Math.min(...sides[0]!.cpu);
  if (measured > bound) process.exitCode = 1;
  console.log(
    `  ${measured <= bound ? 'holds' : 'DOES NOT HOLD'}: ${measured.toFixed(2)} of at most ${bound} × PyTorch`,
  );
}

function ratios(ours: Times, theirs: Times): string {
  const [cpu, wall, middle] = [
    Math.min(...ours.cpu) / Math.min(...theirs.cpu),
    Math.min(...ours.wall) / Math.min(...theirs.wall),
    median(ours.wall) / median(theirs.wall),
  ];
  return `× PyTorch: CPU ${cpu.toFixed(2)}, wall ${wall.toFixed(2)}, median ${middle.toFixed(2)}`;
}

async function pytorchSide({ spec, image, batch }: TimedNetwork, expected: number): Promise<Side> {
  const peer: PyTorchPeer = startPyTorch();
  const opened = await peer.ask({
    do: 'open',
    architecture: spec.name,
    parameters: spec.parameters,
    image: [image.height, image.width, image.channels],
    classes: CLASSES,
  });
  const { weights, version } = openedNetwork.parse(opened);
  if (weights !== expected) throw new Error(`PyTorch's network has ${weights} weights, ours ${expected}.`);
  await peer.ask({ do: 'fill', batch });
  return {
    name: `PyTorch ${version}`,
    step: async () => {
      const { wallMs, cpuMs } = await peer.ask({ do: 'time' });
      return { wallMs: Number(wallMs), cpuMs: Number(cpuMs) };
    },
    end: () => peer.close(),
  };
}

async function ourSide(name: string, starting: Promise<Trainer>, network: TimedNetwork): Promise<Side> {
  const trainer = await starting;
  const batch = randomBatch(network);
  return {
    name,
    step: async () => {
      const cpuBefore = process.cpuUsage();
      const before = performance.now();
      await trainer.step(batch, 1e-3);
      const wallMs = performance.now() - before;
      const { user, system } = process.cpuUsage(cpuBefore);
      return { wallMs, cpuMs: (user + system) / 1000 };
    },
    end: () => trainer.dispose(),
  };
}

async function profile({ spec, image, batch }: TimedNetwork): Promise<void> {
  const model = buildModel(tf, spec, image, CLASSES, 1);
  const lowering = kernels.kind === 'plain' ? kernels : { ...kernels, batch };
  console.log(`  where the milliseconds are (${lowering.kind}):`);
  for (const line of await profileStep(model, lowering, batch)) console.log(line);
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}

function wallOf({ wallMs }: Cost): number {
  return wallMs;
}

function cpuOf({ cpuMs }: Cost): number {
  return cpuMs;
}

function column(milliseconds: number): string {
  return milliseconds.toFixed(1).padStart(7);
}

function randomBatch({ image, batch }: TimedNetwork): Samples {
  const random = seededRandom('benchmark');
  const images = Uint8Array.from({ length: batch * image.height * image.width * image.channels }, () =>
    random.integer(256),
  );
  const labels = Int32Array.from({ length: batch }, () => random.integer(CLASSES));
  return samplesOf({ images, labels, count: batch, ...image });
}
