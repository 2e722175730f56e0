import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/core/clock.ts';
import { newFlowRunId, type FlowRunId } from '../../src/core/ids.ts';
import type { FlowRunRow } from '../../src/registry/flow-run-row.ts';
import { getFlowRun } from '../../src/registry/flow-runs.ts';
import { openRegistry } from '../../src/registry/open-registry.ts';
import { insertQueuedRun, type NewQueuedRun } from '../../src/registry/queued-runs.ts';
import type { RegistryDb } from '../../src/registry/registry-db.ts';
import { listStateHistory } from '../../src/registry/state-history.ts';
import { startCli, type Started } from '../e2e/run-cli.ts';
import { isAlive } from './processes.ts';

const script = fileURLToPath(new URL('../fixtures/queue-cli.js', import.meta.url));

/** A project whose runs go through the queue, with the flows of tests/fixtures/queue-flows.ts. */
export type QueueProject = {
  readonly folder: string;
  readonly db: RegistryDb;
  readonly queue: (flow: string, values?: Partial<NewQueuedRun>) => Promise<FlowRunId>;
  readonly cli: (...args: string[]) => Started;
  /** Lets runs of `patient` end. */
  readonly go: () => void;
  /** Names of the flows that were begun, in order. */
  readonly effects: () => string[];
  /** The run, once it is in one of the states. */
  readonly until: (id: FlowRunId, ...states: string[]) => Promise<FlowRunRow>;
  /** `Scheduled 1`, `Pending 1` …: every state with its attempt. */
  readonly history: (id: FlowRunId) => Promise<string[]>;
};

/** Runs the body with a project of its own; whatever it started is ended, and the folder is removed unless the body throws. */
export async function withQueueProject(body: (project: QueueProject) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'queue-'));
  mkdirSync(path.join(folder, '.mlflow-ts'));
  const registry = await openRegistry({ path: path.join(folder, '.mlflow-ts', 'registry.db'), clock: systemClock });
  const started: Started[] = [];
  const { db } = registry;
  try {
    await body({
      folder,
      db,
      queue: (flowName, values) => queueRun(db, flowName, values),
      cli: (...args) => {
        const process = startCli(args, { cwd: folder, script });
        started.push(process);
        return process;
      },
      go: () => writeFileSync(path.join(folder, 'go'), ''),
      effects: () => effectsIn(folder),
      until: (id, ...states) => untilIn(db, id, states),
      history: async (id) => (await listStateHistory(db, id)).map(({ state, attempt }) => `${state.kind} ${attempt}`),
    });
  } finally {
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    await registry.close();
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

async function queueRun(db: RegistryDb, flowName: string, values: Partial<NewQueuedRun> = {}): Promise<FlowRunId> {
  const [id, now] = [newFlowRunId(), systemClock.now()];
  const run = { id, flowName, name: `${flowName}-${id.slice(-8)}`, parameters: {}, tags: [], codeVersion: 'test' };
  await insertQueuedRun(db, { ...run, createdAt: now, scheduledFor: now, pool: 'default', ...values });
  return id;
}

function effectsIn(folder: string): string[] {
  const file = path.join(folder, 'effects.txt');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => line.split(' ')[0]!);
}

async function untilIn(db: RegistryDb, id: FlowRunId, states: readonly string[]): Promise<FlowRunRow> {
  for (;;) {
    const run = (await getFlowRun(db, id))!;
    if (states.includes(run.state.kind)) return run;
    await pause(20);
  }
}

/** Waits until a condition holds; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(20);
}

/** Waits until the process is gone. */
export function untilDead(pid: number): Promise<void> {
  return until(() => !isAlive(pid));
}
