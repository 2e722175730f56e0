// Claims: `mlflow-ts --help` takes at most 2.5 times as long as `node -e 0`, the least any Node program can take, and a flow
// that does nothing, run from the shell and recorded, at most 6 times.
// All are spawned in turn, so that a busy machine slows them alike; the medians are compared.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 15;
const shipped = fileURLToPath(new URL('../bin/mlflow-ts.js', import.meta.url));
const tiny = fileURLToPath(new URL('../tests/e2e/tiny-cli.js', import.meta.url));
const project = mkdtempSync(path.join(tmpdir(), 'cli-startup-'));
mkdirSync(path.join(project, '.mlflow-ts'));

const bare = { name: 'node -e 0', args: ['-e', '0'], times: [] as number[] };
const commands = [
  { name: 'mlflow-ts --help', args: [shipped, '--help'], limit: 2.5, times: [] as number[] },
  { name: 'a no-op flow', args: [tiny, 'run', 'idle'], limit: 6, times: [] as number[] },
];
try {
  for (const { args } of commands) measure(args);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { args, times } of [bare, ...commands]) times.push(measure(args));
  }
  console.log(`${bare.name.padEnd(18)} ${median(bare.times).toFixed(0)} ms (median of ${ROUNDS})`);
  for (const { name, limit, times } of commands) {
    const ratio = median(times) / median(bare.times);
    console.log(`${name.padEnd(18)} ${median(times).toFixed(0)} ms, ${ratio.toFixed(2)} times (at most ${limit})`);
    if (ratio > limit) process.exitCode = 1;
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}

function measure(args: readonly string[]): number {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: project, stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}
