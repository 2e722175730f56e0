// Claim: `runs prune` gives back at least 95 % of the registry's growth by the runs it deletes, and `data gc` all of the files
// that nothing names: measured by the file's size and by the bytes on the disk.
// Usage: npm run build && node dist/benchmarks/space-back.js [flow runs]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateRegistry } from '../tests/helpers/generated-registry.ts';

const LEAST_SHARE = 0.95;
const KEPT = 100;
const STORED_FILES = 200;
const STORED_BYTES = 100_000;
const flowRuns = Number(process.argv[2] ?? 10_000);
const shipped = fileURLToPath(new URL('../bin/mlflow-ts.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'space-back-'));
const state = path.join(folder, '.mlflow-ts');

try {
  const few = await registryBytes(KEPT);
  const many = await registryBytes(flowRuns);
  command('runs', 'prune', '--older-than', '0d', '--keep', String(KEPT / 5), '--yes');
  const left = bytesIn(state);
  tell(`runs prune, ${flowRuns} flow runs to ${KEPT}`, many, left, few);
  const artifacts = path.join(state, 'artifacts');
  leaveFiles(artifacts);
  const littered = bytesIn(artifacts);
  command('data', 'gc', '--yes', '--min-age', '1m');
  tell(`data gc, ${STORED_FILES} stored files that nothing names`, littered, bytesIn(artifacts), 0);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Makes the registry anew with so many flow runs, and nothing else that differs. */
async function registryBytes(size: number): Promise<number> {
  rmSync(state, { recursive: true, force: true });
  mkdirSync(state);
  await generateRegistry(folder, { flowRuns: size, taskRunsEach: 10, trainingRuns: 20 });
  return bytesIn(state);
}

function leaveFiles(artifacts: string): void {
  for (let number = 0; number < STORED_FILES; number += 1) {
    const hash = number.toString(16).padStart(4, '0').padEnd(64, '0');
    const file = path.join(artifacts, hash.slice(0, 2), hash);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, Buffer.alloc(STORED_BYTES, number));
    utimesSync(file, 1, 1);
  }
}

function command(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [shipped, ...args], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
}

function bytesIn(place: string): number {
  const entries = readdirSync(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.reduce((sum, file) => sum + statSync(path.join(file.parentPath, file.name)).size, 0);
}

function tell(what: string, before: number, after: number, least: number): void {
  const share = (before - after) / (before - least);
  console.log(
    `${what}: ${megabytes(before)} to ${megabytes(after)}, ${(100 * share).toFixed(1)} % of what was to be given back`,
  );
  if (share < LEAST_SHARE) process.exitCode = 1;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
