import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, type Clock } from '../../src/core/clock.ts';
import type { FlowRunId } from '../../src/core/ids.ts';
import { Secrets } from '../../src/core/secrets.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import type { RunEvent } from '../../src/engine/run-events.ts';
import type { FlowRuntime } from '../../src/engine/run-runtime.ts';
import { openRegistry } from '../../src/registry/open-registry.ts';
import { listTaskRuns } from '../../src/registry/task-runs.ts';
import { createArtifactStore } from '../../src/storage/artifact-store.ts';

/** A runtime on a real registry file and store, with the events its runs told. */
export type TestEngine = {
  readonly folder: string;
  readonly runtime: FlowRuntime<undefined>;
  readonly events: RunEvent[];
  /** Task run names with their states, in the order they were made. */
  readonly taskStates: (id: FlowRunId) => Promise<string[]>;
  close(): Promise<void>;
};

/** Opens an engine in a folder: a new one unless named. */
export async function openEngine(
  options: {
    readonly folder?: string;
    readonly clock?: Clock;
    readonly graceMs?: number;
    readonly leaseMs?: number;
    /** What references in parameters name. */
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<TestEngine> {
  const {
    folder = await mkdtemp(path.join(tmpdir(), 'engine-')),
    clock = systemClock,
    graceMs = 2_000,
    leaseMs,
    env = {},
  } = options;
  const secrets = new Secrets(env);
  const registry = await openRegistry({ path: path.join(folder, 'registry.db'), clock, secrets });
  const events: RunEvent[] = [];
  const runtime: FlowRuntime<undefined> = {
    registry,
    storage: createArtifactStore(path.join(folder, 'artifacts'), secrets),
    secrets,
    clock,
    random: seededRandom('test'),
    services: undefined,
    codeVersion: 'test',
    graceMs,
    ...(leaseMs === undefined ? {} : { leaseMs }),
    observer: (event) => events.push(event),
  };
  return {
    folder,
    runtime,
    events,
    taskStates: async (id) =>
      (await listTaskRuns(registry.db, id)).map(({ name, state, attempt }) => `${name} ${state.kind} ${attempt}`),
    close: () => registry.close(),
  };
}

/** Runs the test's body with an engine and closes it afterwards. */
export function withEngine(
  body: (engine: TestEngine) => Promise<void>,
  options?: Parameters<typeof openEngine>[0],
): () => Promise<void> {
  return async () => {
    const engine = await openEngine(options);
    try {
      await body(engine);
    } finally {
      await engine.close();
    }
  };
}
