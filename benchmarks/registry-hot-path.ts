// Claim: recording a task (start and finish, two transactions) costs little beside what SQLite itself costs.
// The peer is a plain better-sqlite3 loop that writes the same rows into the same tables with the same settings, in the
// same run, in alternating blocks. `node dist/benchmarks/registry-hot-path.js [tasks]`
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/core/clock.ts';
import { newFlowRunId, newResultId, newTaskRunId } from '../src/core/ids.ts';
import type { FlowRunId } from '../src/core/ids.ts';
import { insertFlowRun } from '../src/registry/flow-runs.ts';
import { openRegistry } from '../src/registry/open-registry.ts';
import type { Registry } from '../src/registry/open-registry.ts';
import { finishTaskRun, startTaskRun } from '../src/registry/task-run-states.ts';

const BLOCKS = 10;
const tasks = Number(process.argv[2] ?? 10_000);
const folder = mkdtempSync(join(tmpdir(), 'mlflow-ts-benchmark-'));
const ours = await openWithFlowRun('ours.db');
const peer = await openWithFlowRun('peer.db');
await peer.registry.close();
const bare = bareWriter(join(folder, 'peer.db'), peer.flowRunId);

const times = { ours: [] as number[], bare: [] as number[] };
for (let block = 0; block < BLOCKS; block += 1) {
  for (let task = 0; task < tasks / BLOCKS; task += 1) {
    const start = performance.now();
    await record(ours.registry, ours.flowRunId, task);
    times.ours.push(performance.now() - start);
  }
  for (let task = 0; task < tasks / BLOCKS; task += 1) {
    const start = performance.now();
    bare.write(task);
    times.bare.push(performance.now() - start);
  }
}
await ours.registry.close();
bare.close();
rmSync(folder, { recursive: true, force: true });

const [recorded, plain] = [summary(times.ours), summary(times.bare)];
console.log(`recorded task      median ${recorded.medianMs.toFixed(3)} ms   p99 ${recorded.p99Ms.toFixed(3)} ms`);
console.log(`bare better-sqlite3 median ${plain.medianMs.toFixed(3)} ms   p99 ${plain.p99Ms.toFixed(3)} ms`);
console.log(
  `ratio of medians ${(recorded.medianMs / plain.medianMs).toFixed(2)}, of means ${(recorded.meanMs / plain.meanMs).toFixed(2)}, ${tasks} tasks each`,
);

async function openWithFlowRun(name: string): Promise<{ registry: Registry; flowRunId: FlowRunId }> {
  const registry = await openRegistry({ path: join(folder, name), clock: systemClock });
  const id = newFlowRunId();
  await insertFlowRun(registry.db, {
    id,
    flowName: 'benchmark',
    name: 'benchmark',
    state: { kind: 'Running', at: 1 },
    rootFlowRunId: id,
    parameters: {},
    tags: [],
    codeVersion: 'benchmark',
    createdAt: 1,
  });
  return { registry, flowRunId: id };
}

async function record(registry: Registry, flowRunId: FlowRunId, task: number): Promise<void> {
  const id = newTaskRunId();
  const started = systemClock.now();
  const fence = { id, flowRunId, flowAttempt: 1 };
  await startTaskRun(registry.db, {
    ...fence,
    parentTaskRunId: null,
    taskName: 'decode',
    taskVersion: '1',
    callKey: '0',
    inputHash: id,
    inputJson: JSON.stringify({ path: `images/${task}.jpg` }),
    name: `decode-${task}`,
    tags: [],
    states: [
      { kind: 'Pending', at: started },
      { kind: 'Running', at: started },
    ],
  });
  const ended = systemClock.now();
  const value = { kind: 'inline', json: JSON.stringify({ pixels: task }) } as const;
  await finishTaskRun(registry.db, {
    ...fence,
    attempt: 1,
    to: { kind: 'Completed', at: ended },
    result: { id: newResultId(), taskName: 'decode', value, bytes: value.json.length, createdAt: ended },
  });
}

/** The same rows in the same two transactions, by hand. */
function bareWriter(path: string, flowRunId: FlowRunId): { write: (task: number) => void; close: () => void } {
  const database = new Database(path);
  for (const pragma of ['foreign_keys = on', 'synchronous = normal', 'wal_autocheckpoint = 4000'])
    database.pragma(pragma);
  const insertTask = database.prepare(`insert into task_runs (id, flow_run_id, flow_attempt, task_name, task_version,
    call_key, input_hash, input_json, name, state_kind, state_json, attempt, created_at, started_at)
    values (?, ?, 1, 'decode', '1', '0', ?, ?, ?, 'Running', ?, 1, ?, ?)`);
  const insertState =
    database.prepare(`insert into state_history (run_kind, run_id, attempt, state_kind, state_json, at)
    values ('task', ?, 1, ?, ?, ?)`);
  const insertResult = database.prepare(`insert into results (id, task_name, value_json, bytes, created_at)
    values (?, 'decode', ?, ?, ?)`);
  const updateTask = database.prepare(`update task_runs set state_kind = 'Completed', state_json = ?, ended_at = ?,
    result_id = ? where id = ?`);
  const appendState = (id: string, kind: string, at: number): void => {
    insertState.run(id, kind, JSON.stringify({ kind, at }), at);
  };
  const start = database.transaction((id: string, task: number, at: number) => {
    const [input, state] = [JSON.stringify({ path: `images/${task}.jpg` }), JSON.stringify({ kind: 'Running', at })];
    insertTask.run(id, flowRunId, id, input, `decode-${task}`, state, at, at);
    appendState(id, 'Pending', at);
    appendState(id, 'Running', at);
  });
  const finish = database.transaction((id: string, task: number, at: number) => {
    const [resultId, value] = [newResultId(), JSON.stringify({ pixels: task })];
    insertResult.run(resultId, value, value.length, at);
    updateTask.run(JSON.stringify({ kind: 'Completed', at }), at, resultId, id);
    appendState(id, 'Completed', at);
  });
  return {
    write: (task) => {
      const id = newTaskRunId();
      start.immediate(id, task, systemClock.now());
      finish.immediate(id, task, systemClock.now());
    },
    close: () => database.close(),
  };
}

function summary(values: readonly number[]): { medianMs: number; p99Ms: number; meanMs: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { medianMs: at(0.5), p99Ms: at(0.99), meanMs: sorted.reduce((sum, value) => sum + value, 0) / sorted.length };
}
