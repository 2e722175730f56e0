import { hash } from 'node:crypto';
import { toRunError } from '../core/errors.ts';
import { canonicalJson, type Json } from '../core/json.ts';
import { isSuccessful, type RunState } from '../core/run-state.ts';
import { toJson } from '../core/to-json.ts';
import type { TaskRunRow } from '../registry/task-run-row.ts';
import { getResult } from '../registry/results.ts';
import { findTaskRunByCall } from '../registry/task-runs.ts';
import { AbortScope } from './abort-scope.ts';
import { ActiveTaskRun, type TaskCallRecord } from './active-task-run.ts';
import type { CallSite } from './call-site.ts';
import { openResult, prepareResult, type CacheEntry } from './recorded-results.ts';
import { retryDelayMs, shouldRetry } from './retry-policy.ts';
import { flushCompanions } from './flush-companions.ts';
import { runBody, stateOf, type BodyEnd } from './run-body.ts';
import type { TaskContext } from './run-contexts.ts';
import { fillRunName } from './run-name.ts';
import { withinRun } from './run-scope.ts';
import { recordArtifacts } from './record-artifacts.ts';
import { lookUpCache } from './task-cache.ts';
import type { AnyTask, CallOptions } from './task-options.ts';

/**
 * Executes a task call: takes the result that an earlier attempt recorded or that is cached, else runs the body until it
 * succeeds or its retries are used up. The state is on disk before the caller sees the result.
 */
export async function executeTask(site: CallSite, task: AnyTask, input: unknown, options: CallOptions): Promise<Json> {
  // Up to the first await this runs in the caller's turn: calls get their ordinals in the order they are made.
  site.assertOpen();
  const call = identifyCall(site, task, input, options);
  const recorded = site.resumed ? await findRecorded(site, task, call) : undefined;
  const run = new ActiveTaskRun(site, task, call, recorded);
  const pause = site.flowRun.session.breather.due();
  if (pause !== undefined) await pause;

  const reused = recorded === undefined ? undefined : await reuse(run, recorded);
  if (reused !== undefined) return reused.value;
  if (task.options.cache === undefined) return executeAttempts(run);
  const cache = await lookUpCache(site.flowRun.session, task, call.input, run.log);
  if (cache.hit !== undefined && cache.entry !== undefined) return takeFromCache(run, cache.hit, cache.entry);
  return executeAttempts(run, cache.entry);
}

function identifyCall(site: CallSite, task: AnyTask, input: unknown, options: CallOptions): TaskCallRecord {
  const { seal } = site.flowRun.session.runtime.secrets;
  const json = toJson(input, `input of task "${task.name}"`);
  const inputJson = canonicalJson(seal.json(json));
  const inputHash = hash('sha256', inputJson);
  const callKey = site.callKey(`${task.name}/${inputHash}`, options.key);
  return {
    input: input === undefined ? undefined : json,
    inputJson,
    inputHash,
    callKey,
    name: seal.text(nameRun(site, task, json, options)),
    tags: seal.data([...new Set(task.options.tags ?? [])]),
  };
}

function nameRun(site: CallSite, task: AnyTask, input: Json, options: CallOptions): string {
  const generated = site.flowRun.nameTask(task.name);
  const wanted = options.runName ?? task.options.runName;
  if (wanted === undefined) return generated;
  try {
    return fillRunName(wanted, input);
  } catch (error) {
    site.flowRun.log.warn(`The runName of task "${task.name}" failed: ${toRunError(error).message}`);
    return generated;
  }
}

async function findRecorded(site: CallSite, task: AnyTask, call: TaskCallRecord): Promise<TaskRunRow | undefined> {
  return findTaskRunByCall(site.flowRun.session.runtime.registry.db, {
    flowRunId: site.flowRun.id,
    parentTaskRunId: site.taskRunId,
    taskName: task.name,
    inputHash: call.inputHash,
    callKey: call.callKey,
  });
}

async function reuse(run: ActiveTaskRun, recorded: TaskRunRow): Promise<{ readonly value: Json } | undefined> {
  if (recorded.discardedAt !== null || !isSuccessful(recorded.state.kind)) return undefined;
  const { runtime } = run.site.flowRun.session;
  const row = recorded.resultId === null ? null : await getResult(runtime.registry.db, recorded.resultId);
  const result = row === null ? { value: null } : row === undefined ? undefined : await openResult(runtime, row);
  if (result === undefined) {
    run.log.warn(
      'The recorded result is gone, damaged or holds a secret that this run is not given: the task is executed again.',
    );
    return undefined;
  }
  run.emit(recorded.state, true);
  return result;
}

async function takeFromCache(
  run: ActiveTaskRun,
  hit: { readonly resultId: Parameters<ActiveTaskRun['finishCached']>[2]; readonly value: Json },
  entry: CacheEntry,
): Promise<Json> {
  const at = run.site.flowRun.session.runtime.clock.now();
  await run.finishCached({ kind: 'Pending', at }, { kind: 'Cached', at, cacheKey: entry.key }, hit.resultId, hit.value);
  return hit.value;
}

async function executeAttempts(run: ActiveTaskRun, entry?: CacheEntry): Promise<Json> {
  const { clock } = run.site.flowRun.session.runtime;
  const at = clock.now();
  await run.begin([
    { kind: 'Pending', at },
    { kind: 'Running', at },
  ]);
  for (let tries = 1; ; tries += 1) {
    const end = await executeAttempt(run);
    if (!isWorthARetry(run, end, tries)) return finish(run, end, entry);
    const cancelled = await waitForRetry(run, end, tries);
    if (cancelled !== undefined) return finish(run, cancelled, entry);
  }
}

async function executeAttempt(run: ActiveTaskRun): Promise<BodyEnd> {
  const { site, task } = run;
  const { session } = site.flowRun;
  const scope = new AbortScope(site.scope);
  const body = site.within(run.id, scope, site.resumed || run.attempt > 1);
  const { timeoutMs } = task.options;
  const options = { what: `Task "${task.name}"`, timeoutMs, graceMs: session.graceMs, clock: session.runtime.clock };
  try {
    const end = await runBody(scope, options, () =>
      withinRun(body, () => task.body(run.call.input as never, taskContext(run, scope) as TaskContext<never>)),
    );
    return await flushCompanions(site.flowRun, end);
  } finally {
    if (scope.aborted) await session.children.end((owner) => owner.taskRunId === run.id, session.graceMs);
    scope.close();
  }
}

function taskContext(run: ActiveTaskRun, scope: AbortScope): TaskContext<unknown> {
  const { session, id: flowRunId, attempt: flowAttempt } = run.site.flowRun;
  const { id: taskRunId, attempt } = run;
  const source = { flowRunId, taskRunId };
  return {
    get signal() {
      return scope.signal;
    },
    log: run.log,
    progress: (progress) => session.recorder.progress(source, attempt, progress),
    services: session.runtime.services,
    artifacts: recordArtifacts(session, source),
    children: {
      register: (child, what) =>
        session.children.register({ flowRunId, attempt: flowAttempt, taskRunId, scope }, child, what),
    },
    run: { flowRunId, flowAttempt, taskRunId, attempt },
  };
}

function isWorthARetry(run: ActiveTaskRun, end: BodyEnd, tries: number): end is Extract<BodyEnd, { error: unknown }> {
  if (end.kind === 'returned' || end.kind === 'skipped' || end.kind === 'cancelled') return false;
  return !run.site.scope.aborted && shouldRetry(run.task.options.retries, end.error, tries);
}

/** Ends the attempt and waits, Scheduled, for the next; returns how it ended instead when it was cancelled meanwhile. */
async function waitForRetry(
  run: ActiveTaskRun,
  end: Extract<BodyEnd, { error: unknown }>,
  tries: number,
): Promise<BodyEnd | undefined> {
  const { clock, random } = run.site.flowRun.session.runtime;
  const delayMs = retryDelayMs(run.task.options.retries ?? { limit: 0 }, tries, random);
  const at = clock.now();
  const retryAt = at + delayMs;
  run.log.warn(`Attempt ${run.attempt} failed and is repeated in ${delayMs} ms: ${toRunError(end.error).message}`);
  const scheduled: RunState = { kind: 'Scheduled', at, scheduledFor: retryAt, retryAt };
  await run.finishAndBegin(stateOf(end, at), [scheduled]);
  try {
    await clock.sleep(delayMs, run.site.scope.signal);
  } catch (error) {
    return { kind: 'cancelled', error };
  }
  await run.enter({ kind: 'Pending', at: clock.now() });
  await run.enter({ kind: 'Running', at: clock.now() });
  return undefined;
}

async function finish(run: ActiveTaskRun, end: BodyEnd, entry: CacheEntry | undefined): Promise<Json> {
  const { runtime } = run.site.flowRun.session;
  if (end.kind === 'returned') {
    const result = await prepareResult(runtime, run.task.name, end.value, entry).catch((error: unknown) => ({ error }));
    if ('error' in result) return finish(run, { kind: 'failed', error: result.error }, entry);
    await run.finish(stateOf(end, runtime.clock.now()), result, end.value);
    return end.value;
  }
  await run.finish(stateOf(end, runtime.clock.now()));
  if (end.kind === 'skipped') return null;
  throw end.error;
}
