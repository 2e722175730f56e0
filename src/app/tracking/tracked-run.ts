import { ConflictError, FencedError, UsageError } from '../../core/errors.ts';
import { newTrainingRunId, type TrainingRunId } from '../../core/ids.ts';
import { toJson } from '../../core/to-json.ts';
import type { RunState } from '../../core/run-state.ts';
import type { Seal } from '../../core/seal.ts';
import type { AccompaniedRun, RunCompanion } from '../../engine/run-companion.ts';
import { getFlowRun } from '../../registry/flow-runs.ts';
import { requireFinite, type Metric } from '../../registry/metrics.ts';
import { listParams } from '../../registry/params.ts';
import { endTrackedRun, openTrackedRun, writeTrackedValues, type TrackedValues } from '../../registry/tracked-runs.ts';
import type { AppServices } from '../services.ts';

const FLUSH_AFTER_MS = 100;
/** So many writes are one transaction of a few milliseconds; the event loop goes on between two. */
const BATCH = 500;
const MAX_VALUE_LENGTH = 6_000;

/**
 * The training run that a flow run and its tasks log to. What they log is checked at once and written in batches; it is on
 * disk before the body that logged it counts as ended.
 */
export class TrackedRun implements RunCompanion {
  readonly #flowRun: AccompaniedRun;
  #opened: Promise<TrainingRunId> | undefined;
  #metrics: Metric[] = [];
  #params = new Map<string, string>();
  #tags = new Map<string, string>();
  /** What this attempt has given: a param is told once. */
  readonly #given = new Map<string, { readonly attempt: number; readonly json: string }>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(flowRun: AccompaniedRun) {
    this.#flowRun = flowRun;
  }

  /** @throws UsageError for a bad key, TrainingError for what is no finite number. */
  logMetrics(values: Readonly<Record<string, number>>, step: number): void {
    if (!Number.isSafeInteger(step)) throw new UsageError(`The step of a metric is a whole number; received ${step}.`);
    const at = this.#flowRun.runtime.clock.now();
    const metrics = Object.entries(values).map(([key, value]) => ({ key: checkKey('metric', key), step, value, at }));
    metrics.forEach(requireFinite);
    for (const metric of metrics) this.#metrics.push(metric);
    this.#flushSoon();
  }

  /** @throws UsageError for a bad key or value, ConflictError for one that was given otherwise in this attempt. */
  logParams(values: Readonly<Record<string, unknown>>): void {
    const { flowAttempt: attempt } = this.#flowRun.fence;
    const { secrets } = this.#flowRun.runtime;
    for (const [key, value] of Object.entries(values)) {
      const json = paramText(checkKey('param', key), value, secrets.seal);
      const given = this.#given.get(key);
      if (given?.attempt === attempt && given.json !== json) throw paramConflict(key, given.json, json);
      this.#given.set(key, { attempt, json });
      this.#params.set(key, json);
    }
    this.#flushSoon();
  }

  /** @throws UsageError for a bad key. */
  setTags(values: Readonly<Record<string, string | number | boolean>>): void {
    for (const [key, value] of Object.entries(values)) this.#tags.set(checkKey('tag', key), String(value));
    this.#flushSoon();
  }

  /** The training run; opened when it is asked for the first time. */
  open(): Promise<TrainingRunId> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  /** Writes all there is; what cannot be written is kept for the next time. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const written = this.#writing.then(() => this.#write());
    this.#writing = written.catch(() => undefined);
    await written;
  }

  async ended(state: RunState): Promise<void> {
    if (this.#opened === undefined && this.#pending === 0) return;
    await this.flush();
    const { runtime, fence } = this.#flowRun;
    const written = await endTrackedRun(runtime.registry.db, fence, await this.open(), state);
    if (!written) throw this.#fenced();
  }

  get #pending(): number {
    return this.#metrics.length + this.#params.size + this.#tags.size;
  }

  async #open(): Promise<TrainingRunId> {
    const { getOrCreateExperiment } = await import('../../registry/experiments.ts');
    const { runtime, id: flowRunId, name, fence, log } = this.#flowRun;
    const { db } = runtime.registry;
    const startedAt = runtime.clock.now();
    const experiment = await getOrCreateExperiment(db, { name: await experimentOf(this.#flowRun), at: startedAt });
    const row = { id: newTrainingRunId(), experimentId: experiment.id, name, codeVersion: runtime.codeVersion };
    const opened = await openTrackedRun(db, fence, { ...row, flowRunId, startedAt });
    if (opened === undefined) throw this.#fenced();
    if (opened.resumed) {
      log.debug(`Training run ${opened.id} is resumed`);
      await this.#tellChangedParams(opened.id);
    }
    return opened.id;
  }

  async #tellChangedParams(id: TrainingRunId): Promise<void> {
    const recorded = await listParams(this.#flowRun.runtime.registry.db, id);
    for (const [key, json] of this.#params) {
      const before = JSON.stringify(recorded[key]);
      if (!(key in recorded) || before === json) continue;
      this.#flowRun.log.warn(`Param ${key} was ${before} in an earlier attempt and is now ${json}`);
    }
  }

  async #write(): Promise<void> {
    while (this.#pending > 0) {
      const id = await this.open();
      const values = this.#take();
      const { runtime, fence } = this.#flowRun;
      const written = await writeTrackedValues(runtime.registry.db, fence, id, values).catch((error: unknown) => {
        this.#putBack(values);
        throw error;
      });
      if (!written) throw this.#fenced();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #take(): TrackedValues {
    const values = { metrics: this.#metrics.splice(0, BATCH), params: this.#params, tags: this.#tags };
    this.#params = new Map();
    this.#tags = new Map();
    return values;
  }

  #putBack({ metrics, params, tags }: TrackedValues): void {
    this.#metrics = [...metrics, ...this.#metrics];
    this.#params = new Map([...params, ...this.#params]);
    this.#tags = new Map([...tags, ...this.#tags]);
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), FLUSH_AFTER_MS);
  }

  #fenced(): FencedError {
    const { id, fence } = this.#flowRun;
    return new FencedError(`Flow run ${id} is no longer at attempt ${fence.flowAttempt}: it logs nothing more.`);
  }
}

/** The flow's parameter `experiment`, else the project's experiment, else the flow's name. */
async function experimentOf({ runtime, id, flow }: AccompaniedRun): Promise<string> {
  const parameters = (await getFlowRun(runtime.registry.db, id))?.parameters;
  const { experiment } = (parameters ?? {}) as { readonly experiment?: unknown };
  if (typeof experiment === 'string' && experiment !== '') return experiment;
  const { project } = (runtime.services ?? {}) as Partial<AppServices>;
  if (project?.configFile === undefined) return flow;
  const { readProjectFile } = await import('../project-file.ts');
  return readProjectFile(project.configFile, []).experiment ?? flow;
}

/** MLflow's rule for keys, so that what is logged here can be moved there. */
const KEY = /^[\w.\-:/ ]{1,250}$/;

function checkKey(what: string, key: string): string {
  const isPlain =
    KEY.test(key) && !key.startsWith('/') && !key.split('/').some((part) => ['', '.', '..'].includes(part));
  if (isPlain) return key;
  throw new UsageError(
    `"${key}" cannot name a ${what}: up to 250 letters, digits, spaces and _ - . : /, and no empty or dotted part between slashes.`,
  );
}

function paramText(key: string, value: unknown, seal: Seal): string {
  const json = JSON.stringify(seal.values(toJson(value, `param ${key}`)));
  if (json.length <= MAX_VALUE_LENGTH) return json;
  throw new UsageError(
    `Param ${key} is ${json.length} characters long, more than ${MAX_VALUE_LENGTH}. Log it as an artifact.`,
  );
}

function paramConflict(key: string, before: string, now: string): ConflictError {
  return new ConflictError(
    `Param ${key} was logged as ${before} and cannot become ${now}: a param is what a run was given. ` +
      'Log what changes as a metric with a step, or under another key.',
    { details: { key } },
  );
}
