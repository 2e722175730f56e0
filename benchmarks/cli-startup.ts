// Claim: `mlflow-ts --help` takes at most 2.5 times as long as `node -e 0`, the least any Node program can take.
// Both are spawned in turn, so that a busy machine slows both; the median of the pairs' times is compared.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PAIRS = 15;
const LIMIT = 2.5;
const command = fileURLToPath(new URL('../bin/mlflow-ts.js', import.meta.url));

measure(['-e', '0']);
measure([command, '--help']);
const bare: number[] = [];
const help: number[] = [];
for (let pair = 0; pair < PAIRS; pair += 1) {
  bare.push(measure(['-e', '0']));
  help.push(measure([command, '--help']));
}
const ratio = median(help) / median(bare);
console.log(`node -e 0         ${median(bare).toFixed(0)} ms (median of ${PAIRS})`);
console.log(`mlflow-ts --help  ${median(help).toFixed(0)} ms (median of ${PAIRS})`);
console.log(`ratio             ${ratio.toFixed(2)} (at most ${LIMIT})`);
if (ratio > LIMIT) process.exitCode = 1;

function measure(args: readonly string[]): number {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}
