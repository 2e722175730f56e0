// What a collect costs when Kaggle has nothing new, from the shell with a local server: one request, and at most 8 × `node -e 0`.
//   node dist/benchmarks/collect-unchanged.js
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withKaggleServer } from '../tests/helpers/kaggle-server.ts';
import { makeZip } from '../tests/helpers/make-zip.ts';

const ROUNDS = 9;
const BOUND = 8;
const CLI = fileURLToPath(new URL('../bin/mlflow-ts.js', import.meta.url));

const folder = await mkdtemp(path.join(tmpdir(), 'mlflow-ts-collect-'));
await mkdir(path.join(folder, '.mlflow-ts'));
try {
  const archive = makeZip(['a/1.jpg', 'a/2.jpg', 'b/1.jpg', 'b/2.jpg'].map((name) => ({ path: name, data: name })));
  const datasets = [{ owner: 'o', slug: 'signs', versions: [archive] }];
  await withKaggleServer({ datasets }, async ({ env, api }) => {
    const collect = (): Promise<number> => timeOf([CLI, 'run', 'collect', '-p', 'source=kaggle:o/signs'], env);
    await collect();
    const before = api.length;
    const times: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await timeOf(['-e', '0'], {}));
      times.push(await collect());
    }
    const requests = (api.length - before) / ROUNDS;
    const ratio = median(times) / median(bare);
    console.log(`node -e 0: ${median(bare).toFixed(0)} ms; collect, nothing new: ${median(times).toFixed(0)} ms`);
    console.log(`${ratio.toFixed(1)} × (bound ${BOUND}), ${requests} request a collect (bound 1)`);
    process.exitCode = ratio <= BOUND && requests === 1 ? 0 : 1;
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function timeOf(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...env }, stdio: 'ignore' });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${String(code)}`);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[values.length >> 1]!;
}
