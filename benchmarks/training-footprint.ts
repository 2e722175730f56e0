// Claim: training a LeNet on MNIST's 60,000 images takes at most 600 MB at its peak, all threads and libraries included, and the
// event loop of the process that asked for it stalls for at most 50 ms (p99).
// Usage: npm run build && node dist/benchmarks/training-footprint.js [folder of MNIST's four files]
// Without a folder (also MLFLOW_TS_REAL_DATA/mnist) as many images of the same size are drawn at random.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { runTrainingJob } from '../src/app/training-job.ts';
import { seededRandom } from '../src/core/seeded-random.ts';

const MOST_MEGABYTES = 600;
const MOST_STALL_MS = 50;
const EPOCHS = 1;
const SIDE = 28;
const shipped = fileURLToPath(new URL('../bin/mlflow-ts.js', import.meta.url));
const room = mkdtempSync(path.join(tmpdir(), 'footprint-'));

try {
  const given = process.argv[2] ?? path.join(process.env.MLFLOW_TS_REAL_DATA ?? '../shared/data', 'mnist');
  const real = existsSync(given);
  const source = real ? path.resolve(given) : drawnImages(path.join(room, 'drawn'));
  const cachePath = prepare(source);
  const { megabytes, stallMs, seconds, accuracy, engine } = await train(cachePath);
  console.log(`${real ? 'MNIST' : 'drawn images'}, ${EPOCHS} epoch in ${seconds.toFixed(0)} s, ${engine}`);
  console.log(`validation accuracy ${accuracy.toFixed(4)}`);
  console.log(`peak memory of the training process: ${megabytes.toFixed(0)} MB (at most ${MOST_MEGABYTES})`);
  console.log(`event loop stall of the calling process, p99: ${stallMs.toFixed(1)} ms (at most ${MOST_STALL_MS})`);
  if (megabytes > MOST_MEGABYTES || stallMs > MOST_STALL_MS) process.exitCode = 1;
} finally {
  rmSync(room, { recursive: true, force: true });
}

/** The absolute path of a tensor cache of the source. */
function prepare(source: string): string {
  command('run', 'collect', '-p', `source=idx:${source}`);
  const prep = ['imageSize=28', 'channels=1', 'split=folders', 'validationShare=0.1'].flatMap((each) => ['-p', each]);
  const { result } = JSON.parse(command('run', 'prep', ...prep)) as { result: { path: string } };
  return path.join(room, 'data', result.path);
}

function command(...args: readonly string[]): string {
  const options = { cwd: room, encoding: 'utf8', maxBuffer: 2 ** 28 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [shipped, ...args, '--json'], options);
  if (status !== 0) throw new Error(`mlflow-ts ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

async function train(cachePath: string) {
  const stalls = monitorEventLoopDelay({ resolution: 5 });
  let pid: number | undefined;
  let kilobytes = 0;
  const sampler = setInterval(() => (kilobytes = Math.max(kilobytes, peakKilobytes(pid))), 100);
  const started = performance.now();
  stalls.enable();
  const result = await runTrainingJob(
    {
      cachePath,
      settings: {
        architecture: { name: 'lenet', parameters: {} },
        epochs: EPOCHS,
        batchSize: 128,
        learningRate: 0.001,
        optimizer: 'adam',
        seed: 1,
      },
      engine: 'auto',
      threads: 1,
      evaluateOn: ['test'],
      saveTo: path.join(room, 'model'),
      checkpoint: path.join(room, 'training.safetensors'),
    },
    { register: (child) => (pid = child.pid) },
  );
  stalls.disable();
  clearInterval(sampler);
  const { name, version, reason } = result.engine;
  return {
    megabytes: kilobytes / 1024,
    stallMs: stalls.percentile(99) / 1e6,
    seconds: (performance.now() - started) / 1000,
    accuracy: result.validation.accuracy,
    engine: `engine ${name} (${version}): ${reason}`,
  };
}

/** Linux keeps the largest resident size a process ever had. */
function peakKilobytes(pid: number | undefined): number {
  try {
    const [, peak = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(peak);
  } catch {
    return 0;
  }
}

/** MNIST's four files with bars in ten places on noise. */
function drawnImages(folder: string): string {
  mkdirSync(folder);
  for (const [set, count] of [
    ['train', 60_000],
    ['t10k', 10_000],
  ] as const) {
    const random = seededRandom('footprint', set);
    const labels = Uint8Array.from({ length: count }, () => random.integer(10));
    const pixels = new Uint8Array(count * SIDE * SIDE).map(() => random.integer(100));
    labels.forEach((label, image) => {
      pixels.fill(220, image * SIDE * SIDE + 2 * label * SIDE, image * SIDE * SIDE + 2 * (label + 1) * SIDE);
    });
    writeFileSync(path.join(folder, `${set}-images-idx3-ubyte`), idx(0x803, [count, SIDE, SIDE], pixels));
    writeFileSync(path.join(folder, `${set}-labels-idx1-ubyte`), idx(0x801, [count], labels));
  }
  return folder;
}

function idx(magic: number, sizes: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 * (1 + sizes.length));
  [magic, ...sizes].forEach((value, at) => header.writeUInt32BE(value, 4 * at));
  return Buffer.concat([header, data]);
}
