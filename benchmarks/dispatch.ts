// Claims: an idle worker, which keeps a warm process, has a run in Running at most 150 ms (median) after it was queued; one worker
// with four slots executes 500 runs of a flow that does nothing, each in a fresh process, at 5 a second or more. Beside it, because
// machines differ: how many processes that do nothing at all (`node -e 0`, four at a time) this machine starts in a second.
// Usage: npm run build && node dist/benchmarks/dispatch.js [runs]
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { systemClock } from '../src/core/clock.ts';
import { newFlowRunId, type FlowRunId } from '../src/core/ids.ts';
import { isTerminal } from '../src/core/run-state.ts';
import { getFlowRun } from '../src/registry/flow-runs.ts';
import { openRegistry } from '../src/registry/open-registry.ts';
import { insertQueuedRun } from '../src/registry/queued-runs.ts';
import { listStateHistory } from '../src/registry/state-history.ts';
import { listWorkPools } from '../src/registry/work-pools.ts';

const RUNS = Number(process.argv[2] ?? 500);
const PICK_UPS = 25;
const SLOTS = 4;
const BARE = 60;
const PICK_UP_LIMIT_MS = 150;
const RUNS_PER_SECOND = 5;

const cli = fileURLToPath(new URL('../tests/e2e/tiny-cli.js', import.meta.url));
const project = mkdtempSync(path.join(tmpdir(), 'dispatch-'));
mkdirSync(path.join(project, '.mlflow-ts'));
const registry = await openRegistry({ path: path.join(project, '.mlflow-ts', 'registry.db'), clock: systemClock });
const { db } = registry;
try {
  const pickUps = await measurePickUps();
  const bareBefore = await bareProcessesPerSecond();
  const runsPerSecond = await measureThroughput();
  const bare = (bareBefore + (await bareProcessesPerSecond())) / 2;
  const median = pickUps.toSorted((left, right) => left - right)[Math.floor(pickUps.length / 2)]!;
  console.log(`queued → Running   ${median} ms (median of ${PICK_UPS}, at most ${PICK_UP_LIMIT_MS})`);
  console.log(`no-op runs         ${runsPerSecond.toFixed(1)} a second (${RUNS} runs, at least ${RUNS_PER_SECOND})`);
  console.log(`node -e 0          ${bare.toFixed(1)} a second, ${(bare / runsPerSecond).toFixed(1)} times as many`);
  if (median > PICK_UP_LIMIT_MS || runsPerSecond < RUNS_PER_SECOND) process.exitCode = 1;
} finally {
  await registry.close();
  rmSync(project, { recursive: true, force: true });
}

/** Milliseconds from Scheduled to Running, one run after the other, the worker idle before each. */
async function measurePickUps(): Promise<number[]> {
  const worker = await startWorker(1);
  const times: number[] = [];
  for (let count = 0; count < PICK_UPS; count += 1) {
    await systemClock.sleep(1_500);
    const id = await queueRun();
    await untilEnded(id);
    const at = new Map((await listStateHistory(db, id)).map(({ state }) => [state.kind, state.at]));
    times.push(at.get('Running')! - at.get('Scheduled')!);
  }
  await stopWorker(worker);
  return times;
}

async function measureThroughput(): Promise<number> {
  const ids: FlowRunId[] = [];
  for (let count = 0; count < RUNS; count += 1) ids.push(await queueRun());
  const start = performance.now();
  const worker = await startWorker(SLOTS);
  await untilEnded(ids.at(-1)!);
  const seconds = (performance.now() - start) / 1_000;
  await stopWorker(worker);
  for (const id of ids) {
    const { state } = (await getFlowRun(db, id))!;
    if (state.kind !== 'Skipped') throw new Error(`a run ended ${state.kind}`);
  }
  return RUNS / seconds;
}

async function bareProcessesPerSecond(): Promise<number> {
  const start = performance.now();
  let left = BARE;
  const oneAfterTheOther = async (): Promise<void> => {
    while (left-- > 0) await promisify(execFile)(process.execPath, ['-e', '0']);
  };
  await Promise.all(Array.from({ length: SLOTS }, oneAfterTheOther));
  return (BARE * 1_000) / (performance.now() - start);
}

async function queueRun(): Promise<FlowRunId> {
  const [id, now] = [newFlowRunId(), systemClock.now()];
  const run = {
    id,
    flowName: 'idle',
    name: `idle-${id.slice(-8)}`,
    parameters: {},
    tags: [],
    codeVersion: 'benchmark',
  };
  await insertQueuedRun(db, { ...run, createdAt: now, scheduledFor: now, pool: 'default' });
  return id;
}

async function startWorker(slots: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [cli, 'worker', 'start', '--limit', String(slots)], {
    cwd: project,
    stdio: 'ignore',
  });
  const isThere = async (): Promise<boolean> => (await listWorkPools(db))[0]!.workers > 0;
  while (!(await isThere())) await systemClock.sleep(20);
  return child;
}

async function stopWorker(worker: ChildProcess): Promise<void> {
  worker.kill('SIGTERM');
  await once(worker, 'exit');
}

async function untilEnded(id: FlowRunId): Promise<void> {
  while (!isTerminal((await getFlowRun(db, id))!.state.kind)) await systemClock.sleep(20);
}
