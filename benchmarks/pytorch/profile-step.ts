import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { compileTrainingGraph } from '../../src/training/onnx/compile-training.ts';
import type { MapLowering } from '../../src/training/onnx/maps/create-maps.ts';
import { readModelGraph } from '../../src/training/onnx/model-graph.ts';
import { copyWeights } from '../../src/training/weights.ts';

const STEPS = 6;
const SHOWN = 14;

/** Milliseconds a training step spends in each operator of ONNX Runtime, as its profiler has them; the longest first. */
export async function profileStep(model: LayersModel, lowering: MapLowering, batch: number): Promise<string[]> {
  const graph = readModelGraph(model);
  const { model: file } = compileTrainingGraph(graph, { labelSmoothing: 0, lowering });
  const folder = await mkdtemp(join(tmpdir(), 'profile-'));
  const here = process.cwd();
  try {
    // The profiler writes to the working directory and does not tell the file's name.
    process.chdir(folder);
    const session = await InferenceSession.create(file, {
      graphOptimizationLevel: 'extended',
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      enableProfiling: true,
      profileFilePrefix: 'step',
      logSeverityLevel: 3,
    });
    const values = copyWeights(model);
    const weights = new Map(graph.weights.map(({ name }, index) => [name, values[index]!]));
    const feeds = Object.fromEntries(
      session.inputMetadata.map((input) => {
        if (!input.isTensor) throw new Error(`${input.name} is no tensor`);
        const shape = input.shape.map((size) => (typeof size === 'number' ? size : batch));
        return [input.name, filled(input.type, shape, weights.get(input.name))] as const;
      }),
    );
    for (let step = 0; step < STEPS; step += 1) await session.run(feeds);
    session.endProfiling();
    await session.release();
    const [profile] = await readdir(folder);
    return linesOf(JSON.parse(await readFile(join(folder, profile!), 'utf8')) as ProfileEvent[]);
  } finally {
    process.chdir(here);
    await rm(folder, { recursive: true, force: true });
  }
}

function filled(type: string, shape: readonly number[], values: Float32Array | undefined): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  if (type === 'uint8')
    return new Tensor(
      'uint8',
      new Uint8Array(size).map((_, index) => (index * 89) % 251),
      shape,
    );
  if (type === 'int32') return new Tensor('int32', new Int32Array(size), shape);
  return new Tensor('float32', values ?? new Float32Array(size).fill(size === 1 ? 1e-3 : 0), shape);
}

type ProfileEvent = {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
};

function linesOf(events: readonly ProfileEvent[]): string[] {
  const kernels = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
  // Each node's shortest step: the first is slow, and other work on the machine disturbs single ones.
  const shortest = new Map<string, { readonly operator: string; readonly ms: number }>();
  for (const { name, dur, args } of kernels) {
    const ms = Math.min(dur / 1000, shortest.get(name)?.ms ?? Infinity);
    shortest.set(name, { operator: args?.op_name ?? '?', ms });
  }
  const sums = new Map<string, { ms: number; calls: number }>();
  for (const { operator, ms } of shortest.values()) {
    const sum = sums.get(operator) ?? { ms: 0, calls: 0 };
    sums.set(operator, { ms: sum.ms + ms, calls: sum.calls + 1 });
  }
  const rows = [...sums].toSorted(([, left], [, right]) => right.ms - left.ms);
  const total = rows.reduce((sum, [, { ms }]) => sum + ms, 0);
  const rest = rows.slice(SHOWN).reduce((sum, [, { ms }]) => sum + ms, 0);
  return [
    ...rows.slice(0, SHOWN).map(([operator, { ms, calls }]) => line(operator, ms, total, `${calls} calls`)),
    line('others', rest, total, ''),
    line('all', total, total, ''),
  ];
}

function line(operator: string, ms: number, total: number, calls: string): string {
  const share = `${((100 * ms) / total).toFixed(0)} %`;
  return `    ${operator.padEnd(22)} ${ms.toFixed(2).padStart(8)} ms ${share.padStart(6)}  ${calls}`;
}
