// Claim: a recorded task costs at most 0.5 ms (median), 5 ms (p99), and 4 times what a bare loop needs to write the same rows.
// Runs 10,000 trivial tasks in one flow run, and 10,000 rounds of bare better-sqlite3, in turns of 200 in this one process.
// Usage: npm run build && node dist/benchmarks/task-overhead.js [count]
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import { systemClock } from '../src/core/clock.ts';
import { Secrets } from '../src/core/secrets.ts';
import { seededRandom } from '../src/core/seeded-random.ts';
import { flow } from '../src/engine/flow.ts';
import { runFlow } from '../src/engine/run-flow.ts';
import { task } from '../src/engine/task.ts';
import { openRegistry } from '../src/registry/open-registry.ts';
import { createArtifactStore } from '../src/storage/artifact-store.ts';

const count = Number(process.argv[2] ?? 10_000);
const TURN = 200;
const folder = mkdtempSync(path.join(tmpdir(), 'task-overhead-'));

const trivial = task({ name: 'trivial' }, ({ n }: { n: number }) => ({ n: n + 1 }));

/** Milliseconds of each recorded task and of each bare round, in turns, so that both see the same machine. */
async function measure(): Promise<{ readonly recorded: number[]; readonly bare: number[] }> {
  const registry = await openRegistry({ path: path.join(folder, 'engine.db'), clock: systemClock });
  const database = await openBare();
  const write = prepareWrites(database);
  const recorded: number[] = [];
  const bare: number[] = [];
  const loop = flow({ name: 'loop', parameters: z.object({}) }, async () => {
    for (let n = 0; n < count; n += 1) {
      const start = performance.now();
      await trivial({ n });
      recorded.push(performance.now() - start);
      if (recorded.length % TURN !== 0 && recorded.length !== count) continue;
      while (bare.length < recorded.length) {
        const bareStart = performance.now();
        write(bare.length);
        bare.push(performance.now() - bareStart);
      }
    }
    return null;
  });
  const { flowRun } = await runFlow(
    loop,
    {},
    {
      registry,
      storage: createArtifactStore(path.join(folder, 'artifacts')),
      secrets: new Secrets({}),
      clock: systemClock,
      random: seededRandom('benchmark'),
      services: undefined,
      codeVersion: 'benchmark',
    },
  );
  if (flowRun.state.kind !== 'Completed') throw new Error(`the flow ended ${flowRun.state.kind}`);
  await registry.close();
  database.close();
  return { recorded, bare };
}

/** A bare connection to a registry of its own, set up as ours are. */
async function openBare(): Promise<Database.Database> {
  const file = path.join(folder, 'bare.db');
  await (await openRegistry({ path: file, clock: systemClock })).close();
  const database = new Database(file);
  database.pragma('journal_mode = wal');
  database.pragma('synchronous = normal');
  database.pragma('wal_autocheckpoint = 4000');
  database.pragma('foreign_keys = on');
  return database;
}

/** One round writes the rows of one task in the same two transactions. */
function prepareWrites(database: Database.Database): (n: number) => void {
  const flowRunId = uuidv7();
  database
    .prepare(
      `insert into flow_runs (id, flow_name, name, state_kind, state_json, attempt, root_flow_run_id, parameters_json, tags_json, code_version, created_at, heartbeat_seq)
       values (?, 'loop', 'loop', 'Running', '{}', 1, ?, '{}', '[]', 'benchmark', 0, 0)`,
    )
    .run(flowRunId, flowRunId);
  const begin = database.prepare('begin immediate');
  const commit = database.prepare('commit');
  const fence = database.prepare('select attempt, state_kind from flow_runs where id = ?');
  const insertTask = database.prepare(
    `insert into task_runs (id, flow_run_id, flow_attempt, task_name, task_version, call_key, input_hash, input_json, name, state_kind, state_json, attempt, created_at, started_at)
     values (?, ?, 1, 'trivial', '1', '#0', ?, ?, ?, 'Running', ?, 1, ?, ?)`,
  );
  const history = database.prepare(
    `insert into state_history (run_kind, run_id, attempt, state_kind, state_json, at) values ('task', ?, 1, ?, ?, ?)`,
  );
  const insertResult = database.prepare(
    `insert into results (id, task_name, value_json, bytes, created_at) values (?, 'trivial', ?, ?, ?)`,
  );
  const end = database.prepare(
    `update task_runs set state_kind = 'Completed', state_json = ?, ended_at = ?, result_id = ? where id = ? and attempt = 1`,
  );
  const enter = (id: string, kind: string, at: number): void => {
    history.run(id, kind, JSON.stringify({ kind, at }), at);
  };
  return (n) => {
    const [id, resultId, at] = [uuidv7(), uuidv7(), Date.now()];
    const input = JSON.stringify({ n });
    const hash = createHash('sha256').update(input).digest('hex');
    begin.run();
    fence.get(flowRunId);
    insertTask.run(id, flowRunId, hash, input, `trivial-${n}`, JSON.stringify({ kind: 'Running', at }), at, at);
    enter(id, 'Pending', at);
    enter(id, 'Running', at);
    commit.run();

    const result = JSON.stringify({ n: n + 1 });
    begin.run();
    fence.get(flowRunId);
    insertResult.run(resultId, result, result.length, at);
    end.run(JSON.stringify({ kind: 'Completed', at }), at, resultId, id);
    enter(id, 'Completed', at);
    commit.run();
  };
}

function describe(times: readonly number[]): { median: number; p99: number } {
  const sorted = [...times].sort((left, right) => left - right);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { median: at(0.5), p99: at(0.99) };
}

try {
  const measured = await measure();
  const [bare, recorded] = [describe(measured.bare), describe(measured.recorded)];
  const line = (name: string, { median, p99 }: typeof bare): string =>
    `${name.padEnd(14)} median ${median.toFixed(3)} ms, p99 ${p99.toFixed(3)} ms`;
  console.log(line('bare loop', bare));
  console.log(line('recorded task', recorded));
  console.log(`ratio of the medians ${(recorded.median / bare.median).toFixed(2)} (${count} each)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
