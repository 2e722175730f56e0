import path from 'node:path';
import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll } from '@jest/globals';
import { loadSharp } from '../../src/core/load-sharp.ts';
import { catalogue } from '../../flows/catalogue.ts';
import { findProject } from '../../src/app/project.ts';
import type { AppServices } from '../../src/app/services.ts';
import { systemClock, type Clock } from '../../src/core/clock.ts';
import type { FlowRunId } from '../../src/core/ids.ts';
import type { Json } from '../../src/core/json.ts';
import { Secrets } from '../../src/core/secrets.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import type { AnyFlow } from '../../src/engine/flow-options.ts';
import { retryFlowRun } from '../../src/engine/retry-flow-run.ts';
import type { RunEvent } from '../../src/engine/run-events.ts';
import { runFlow } from '../../src/engine/run-flow.ts';
import type { FlowRunOutcome, FlowRuntime } from '../../src/engine/run-runtime.ts';
import { openRegistry } from '../../src/registry/open-registry.ts';
import { createArtifactStore } from '../../src/storage/artifact-store.ts';
import { temporaryFolder } from './dataset-files.ts';

const sharp = loadSharp();

export type BuiltInFlow = keyof typeof catalogue;

/** What a flow run came to, and what it told while it ran. */
export type ObservedRun = FlowRunOutcome & {
  /** Names of the task runs that executed something, in the order in which they began. */
  readonly executed: readonly string[];
  readonly messages: readonly string[];
};

/** A project in a folder of its own, in which the built-in flows can be run. */
export type TestProject = {
  readonly folder: string;
  readonly services: AppServices;
  readonly run: (
    flow: BuiltInFlow,
    parameters: Json,
    options?: { readonly signal?: AbortSignal },
  ) => Promise<ObservedRun>;
  readonly retry: (flow: BuiltInFlow, id: FlowRunId) => Promise<ObservedRun>;
};

/** Makes an empty project; its registry is closed after the tests of the file. */
export async function temporaryProject(
  env: Readonly<Record<string, string>> = {},
  clock: Clock = systemClock,
): Promise<TestProject> {
  const folder = await temporaryFolder();
  await mkdir(path.join(folder, '.mlflow-ts'));
  const project = findProject({ cwd: folder, env: {} });
  const registry = await openRegistry({ path: project.registryPath, clock });
  opened.push(registry);
  const services: AppServices = {
    project,
    registry,
    cwd: folder,
    env,
    secrets: new Secrets({}),
    clock,
    random: seededRandom('test'),
    storage: createArtifactStore(project.artifactsDir),
    codeVersion: 'test',
  };
  const load = (flow: BuiltInFlow) => catalogue[flow].load() as Promise<AnyFlow<AppServices>>;
  return {
    folder,
    services,
    run: async (flow, parameters, options) => {
      const loaded = await load(flow);
      return observe(services, options, (runtime) => runFlow(loaded, parameters, runtime));
    },
    retry: async (flow, id) => {
      const loaded = await load(flow);
      return observe(services, {}, (runtime) => retryFlowRun(loaded, id, runtime));
    },
  };
}

const opened: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(opened.map((registry) => registry.close())));

async function observe(
  services: AppServices,
  options: { readonly signal?: AbortSignal } | undefined,
  start: (runtime: FlowRuntime<AppServices>) => Promise<FlowRunOutcome>,
): Promise<ObservedRun> {
  const executed: string[] = [];
  const messages: string[] = [];
  const observer = (event: RunEvent) => {
    if (event.type === 'log') messages.push(event.message);
    if (event.type === 'task-run' && event.state.kind === 'Running' && !event.reused) executed.push(event.task);
  };
  const { registry, storage, secrets, clock, random, codeVersion } = services;
  const runtime = { registry, storage, secrets, clock, random, codeVersion, services, observer, ...options };
  return { ...(await start(runtime)), executed, messages };
}

/** Classes that a small model tells apart at once: a dark square in another corner of a noisy light picture. */
export const CORNERS = ['bottom', 'left', 'top'] as const;

/** Writes class folders of small PNG files, so many a class; `start` makes other pictures. */
export async function drawCorners(folder: string, perClass: number, start = 0): Promise<void> {
  for (const [label, name] of CORNERS.entries()) {
    await mkdir(path.join(folder, name), { recursive: true });
    for (let at = start; at < start + perClass; at += 1) {
      await writeFile(path.join(folder, name, `${at}.png`), await drawCorner(label, at));
    }
  }
}

async function drawCorner(label: number, number: number): Promise<Buffer> {
  const random = seededRandom('corner', label, number);
  const [top, left] = [
    [8, 8],
    [8, 0],
    [0, 0],
  ][label]!;
  const shift = random.integer(3);
  const pixels = Buffer.from(Array.from({ length: SIDE * SIDE }, () => 170 + random.integer(80)));
  for (let row = top! + shift; row < top! + shift + 5; row += 1) {
    for (let column = left! + shift; column < left! + shift + 5; column += 1)
      pixels[row * SIDE + column] = random.integer(60);
  }
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .png()
    .toBuffer();
}

const SIDE = 16;

/** Parameters that make a pipeline over such pictures as short as it can be. */
export const SHORT = {
  imageSize: 16,
  decodeWorkers: 1,
  space: {
    learningRate: { choice: [0.01, 0.003] },
    filters: { choice: [4] },
    blocks: { choice: [2] },
    batchSize: { choice: [16] },
  },
  trialEpochs: 1,
  epochs: 3,
  threads: 1,
} as const;
