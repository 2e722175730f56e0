// Claim: 100,000 task runs in one flow run take less than 60 MB more memory than the first 3,000, after garbage collection, in
// `mlflow-ts run` with its plain lines, with its live tree (where the program `script` gives it a terminal), with `task.map`,
// and in `runs retry`, which finds them all done. Also tells how long `runs show` of such a run takes.
// Usage: npm run build && node dist/benchmarks/many-task-runs.js [count]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const LIMIT_MB = 60;
const count = Number(process.argv[2] ?? 100_000);
const cli = fileURLToPath(new URL('../tests/fixtures/many-tasks-cli.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'many-task-runs-'));
mkdirSync(path.join(folder, '.mlflow-ts'));
const report = path.join(folder, 'report.jsonl');

type Memory = { readonly rss: number; readonly heap: number };

try {
  const parameters = ['-p', `count=${count}`, '-p', `report=${report}`];
  tell('run, plain lines', run(['run', 'many', ...parameters, '-p', 'fails=true', '--name', 'first'], 1));
  tell('runs retry', run(['runs', 'retry', 'first'], 0));
  tell('run, task.map', run(['run', 'many', ...parameters, '-p', 'mapped=true'], 0));
  const live = ['-qec', [process.execPath, '--expose-gc', cli, 'run', 'many', ...parameters].join(' '), '/dev/null'];
  if (spawnSync('script', live, { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] }).status === 0) {
    tell('run, live tree', lastReport());
  } else console.log('run, live tree    not measured: there is no program `script`');
  const start = performance.now();
  const shown = spawnSync(process.execPath, [cli, 'runs', 'show', 'first'], { cwd: folder, encoding: 'utf8' });
  const lines = shown.stdout.split('\n').length;
  console.log(`runs show         ${(performance.now() - start).toFixed(0)} ms, ${lines} lines`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(args: readonly string[], expected: number): { before: Memory; after: Memory } {
  const options = {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'] as ['ignore', 'ignore', 'pipe'],
    maxBuffer: 2 ** 30,
  };
  const { status, stderr } = spawnSync(process.execPath, ['--expose-gc', cli, ...args], options);
  if (status !== expected) throw new Error(`${args.join(' ')} ended with ${status}: ${String(stderr).slice(-500)}`);
  return lastReport();
}

function lastReport(): { before: Memory; after: Memory } {
  const lines = readFileSync(report, 'utf8').trim().split('\n');
  return JSON.parse(lines.at(-1) ?? '{}') as { before: Memory; after: Memory };
}

function tell(what: string, { before, after }: { before: Memory; after: Memory }): void {
  const [rss, heap] = [after.rss - before.rss, after.heap - before.heap];
  console.log(
    `${what.padEnd(17)} ${rss.toFixed(1)} MB more (resident), ${heap.toFixed(1)} MB (heap); from ${before.rss.toFixed(0)} MB, ${count} tasks`,
  );
  if (rss >= LIMIT_MB) process.exitCode = 1;
}
