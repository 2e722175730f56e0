import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import { CancelledError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { RunStateKind } from '../../core/run-state.ts';
import { seededRandom } from '../../core/seeded-random.ts';
import type { Flow } from '../../engine/flow.ts';
import type { Recorded } from '../../engine/recordable.ts';
import type { FlowRunOutcome, RunFlowOptions } from '../../engine/run-runtime.ts';
import type { RunAudience } from '../run-flow.ts';
import type { AppServices } from '../services.ts';
import { createTestClock, type TestClock } from './test-clock.ts';
import type { TestRun } from './test-run.ts';

/** What a harness is made with. */
export type TestHarnessOptions<AnyClock extends Clock = TestClock> = {
  /** Default: a clock on which waits for retries take no time and everything else its real time. */
  readonly clock?: AnyClock;
  /** What bodies see as `context.services`, in place of what the harness makes. */
  readonly services?: Partial<AppServices>;
};

/** A run that was started and goes on. */
export interface StartedTestRun<Result> {
  /** Resolves when it has ended, however it ended. */
  readonly ended: Promise<TestRun<Result>>;
  /** Resolves when a run of the task or flow of this name enters the state; rejects when the run ends before. */
  reached(name: string, kind: RunStateKind): Promise<void>;
  /** As Ctrl-C does. */
  cancel(reason?: string): void;
}

/** Runs flows in a project of its own, in a temporary folder, as `mlflow-ts run` does. */
export interface TestHarness<AnyClock extends Clock = TestClock> {
  readonly clock: AnyClock;
  /** What the bodies of flows and tasks get. */
  readonly services: AppServices;
  /** Runs a flow to its end; a flow that fails is a run like any other. */
  run<Schema extends z.ZodType, Returned>(
    flow: Flow<Schema, Returned, AppServices>,
    parameters: z.input<Schema>,
    options?: TestRunOptions,
  ): Promise<TestRun<Recorded<Returned>>>;
  /** Starts a flow, to look at it or stop it while it runs. */
  start<Schema extends z.ZodType, Returned>(
    flow: Flow<Schema, Returned, AppServices>,
    parameters: z.input<Schema>,
    options?: TestRunOptions,
  ): StartedTestRun<Recorded<Returned>>;
  /** Runs a run that did not complete again as its next attempt, as `mlflow-ts runs retry` does. */
  retry<Schema extends z.ZodType, Returned>(
    flow: Flow<Schema, Returned, AppServices>,
    run: Pick<TestRun, 'id'>,
    options?: { readonly from?: string },
  ): Promise<TestRun<Recorded<Returned>>>;
  /** Closes the registry and removes the folder. */
  close(): Promise<void>;
  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What `mlflow-ts run` takes as options for one run. */
export type TestRunOptions = Pick<RunFlowOptions, 'tags' | 'runName' | 'noCache'>;

/**
 * Makes a harness for testing flows: a real registry and real storage in a temporary folder, so that retries, caching,
 * artifacts and tracking work as they do in production. Close it, or declare it with `await using`.
 */
export async function createTestHarness<AnyClock extends Clock = TestClock>(
  options: TestHarnessOptions<AnyClock> = {},
): Promise<TestHarness<AnyClock>> {
  const { RunWatch } = await import('./run-watch.ts');
  const { skipRetryWaits } = await import('./skip-retry-waits.ts');
  const folder = await mkdtemp(join(tmpdir(), 'mlflow-ts-harness-'));
  const removeAtExit = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeAtExit);
  const clock = options.clock ?? createTestClock();
  const services = { ...(await openServices(folder, clock, options.services?.env)), ...options.services };
  const close = async (): Promise<void> => {
    await services.registry.close();
    await rm(folder, { recursive: true, force: true });
    process.off('exit', removeAtExit);
  };
  const observeRetries = 'advance' in clock ? skipRetryWaits(clock) : () => undefined;

  const begin = <Result>(work: (audience: RunAudience) => Promise<FlowRunOutcome>): StartedTestRun<Result> => {
    const cancelled = new AbortController();
    const watch = new RunWatch();
    const observer: RunAudience['observer'] = (event) => {
      watch.observe(event);
      observeRetries(event);
    };
    const ended = work({ signal: cancelled.signal, observer }).then(async (outcome) => {
      const { readTestRun } = await import('./test-run.ts');
      return (await readTestRun(services, outcome)) as TestRun<Result>;
    });
    watch.endWith(ended);
    return {
      ended,
      reached: (name, kind) => watch.reached(name, kind),
      cancel: (reason = 'cancelled by the test') => cancelled.abort(new CancelledError(reason)),
    };
  };

  const start: TestHarness['start'] = (flow, parameters, runOptions = {}) =>
    begin(async (audience) => {
      const { runFlowNow } = await import('../run-flow.ts');
      return runFlowNow(services, flow, parameters as Json, runOptions, audience);
    });
  return {
    clock: clock as AnyClock,
    services,
    start,
    run: (flow, parameters, runOptions) => start(flow, parameters, runOptions).ended,
    retry: (flow, run, retryOptions = {}) =>
      begin<never>(async (audience) => {
        const { retryFlowNow } = await import('../run-flow.ts');
        return retryFlowNow(services, flow, run.id, retryOptions, audience);
      }).ended,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function openServices(folder: string, clock: Clock, env: AppServices['env'] = process.env): Promise<AppServices> {
  const { Secrets } = await import('../../core/secrets.ts');
  const { openRegistry } = await import('../../registry/open-registry.ts');
  const { createArtifactStore } = await import('../../storage/artifact-store.ts');
  const { findProject } = await import('../project.ts');
  await mkdir(join(folder, '.mlflow-ts'));
  const project = findProject({ cwd: folder, env: {} });
  const secrets = new Secrets(env);
  return {
    project,
    cwd: process.cwd(),
    env,
    secrets,
    clock,
    random: seededRandom('test'),
    registry: await openRegistry({ path: project.registryPath, clock, secrets }),
    storage: createArtifactStore(project.artifactsDir, secrets),
    codeVersion: 'test',
  };
}
