// Claim: on a registry of 100,000 flow runs, 1,000,000 task runs and 20,000 training runs every command that lists, shows or searches, and the look
// for crashed runs of one that writes, takes at most 1.5 times as long as on a nearly empty registry, plus 150 ms.
// Usage: npm run build && node dist/benchmarks/big-registry.js [share of that size, e.g. 0.1]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateRegistry, type Generated } from '../tests/helpers/generated-registry.ts';

const share = Number(process.argv[2] ?? 1);
const ROUNDS = 3;
const FILTER = "metrics.accuracy > 0.9 and params.engine = 'onnx'";
const shipped = fileURLToPath(new URL('../bin/mlflow-ts.js', import.meta.url));
const tiny = fileURLToPath(new URL('../tests/e2e/tiny-cli.js', import.meta.url));

type Project = Generated & { readonly folder: string };

const commands: readonly ((project: Project) => readonly string[])[] = [
  () => [shipped, 'runs', 'ls'],
  () => [shipped, 'runs', 'ls', '--flow', 'prep'],
  () => [shipped, 'runs', 'ls', '--state', 'failed'],
  () => [shipped, 'runs', 'ls', '--state', 'failed,crashed,timedout', '--all', '--limit', '20'],
  () => [shipped, 'runs', 'ls', '--flow', 'prep', '--state', 'crashed'],
  () => [shipped, 'runs', 'ls', '--since', '2026-01-02'],
  () => [shipped, 'runs', 'ls', '--all', '--limit', '100'],
  ({ flowRunId }) => [shipped, 'runs', 'show', flowRunId.slice(-8)],
  ({ flowRunId }) => [shipped, 'runs', 'show', `pipeline-${flowRunId.slice(-8)}`],
  ({ flowRunId }) => [shipped, 'runs', 'logs', flowRunId.slice(-8)],
  () => [shipped, 'experiments', 'ls'],
  ({ experiment }) => [shipped, 'experiments', 'show', experiment],
  () => [shipped, 'experiments', 'search'],
  () => [shipped, 'experiments', 'search', '--filter', FILTER],
  () => [shipped, 'experiments', 'search', '--filter', FILTER, '--order-by', 'metrics.loss'],
  () => [shipped, 'experiments', 'search', '--order-by', 'metrics.accuracy DESC', '--order-by', 'params.engine'],
  ({ experiment }) => [shipped, 'experiments', 'search', experiment, '--filter', 'metrics.accuracy > 2'],
  () => [shipped, 'trials', 'ls'],
  () => [shipped, 'models', 'ls'],
  ({ model }) => [shipped, 'models', 'show', model],
  () => [shipped, 'data', 'ls'],
  () => [shipped, 'runs', 'prune', '--dry-run', '--older-than', '2025-01-01'],
  () => [tiny, 'run', 'idle'],
];

const small = await project({ flowRuns: 10, taskRunsEach: 10, trainingRuns: 20 });
const start = performance.now();
const big = await project({ flowRuns: 100_000 * share, taskRunsEach: 10, trainingRuns: 20_000 * share });
const megabytes = (statSync(path.join(big.folder, '.mlflow-ts', 'registry.db')).size / 1e6).toFixed(0);
console.log(`generated in ${((performance.now() - start) / 1_000).toFixed(0)} s, ${megabytes} MB`);
try {
  for (const command of commands) {
    const times = { small: [] as number[], big: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      times.small.push(measure(small, command(small)));
      times.big.push(measure(big, command(big)));
    }
    const [few, many] = [median(times.small), median(times.big)];
    const limit = 1.5 * few + 150;
    const words = command(small).slice(1).join(' ');
    console.log(
      `${few.toFixed(0).padStart(5)} ms ${many.toFixed(0).padStart(5)} ms (at most ${limit.toFixed(0)})  ${words}`,
    );
    if (many > limit) process.exitCode = 1;
  }
} finally {
  for (const { folder } of [small, big]) rmSync(folder, { recursive: true, force: true });
}

async function project(size: Parameters<typeof generateRegistry>[1]): Promise<Project> {
  const folder = mkdtempSync(path.join(tmpdir(), 'big-registry-'));
  mkdirSync(path.join(folder, '.mlflow-ts'));
  return { folder, ...(await generateRegistry(folder, size)) };
}

function measure({ folder }: Project, args: readonly string[]): number {
  const begun = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.slice(1).join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - begun;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}
