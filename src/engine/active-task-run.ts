import { newTaskRunId, type TaskRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Logger } from '../core/logger.ts';
import { isTerminal, type RunState, type RunStateKind } from '../core/run-state.ts';
import { withTransaction } from '../registry/registry-db.ts';
import type { RegistryDb } from '../registry/registry-db.ts';
import type { NewResult } from '../registry/results.ts';
import type { TaskRunRow } from '../registry/task-run-row.ts';
import {
  beginTaskAttempt,
  finishTaskRun,
  startTaskRun,
  writeTaskState,
  type TaskRunEnd,
} from '../registry/task-run-states.ts';
import type { CallSite } from './call-site.ts';
import { runHook } from './run-hooks.ts';
import { DEFAULT_TASK_VERSION } from './task-cache.ts';
import type { AnyTask } from './task-options.ts';
import { assertTransition, kindsBefore } from './transition.ts';

/** What identifies a task call within its flow run, and its input. */
export type TaskCallRecord = {
  /** What the body receives: a copy of what was given, undefined when nothing was. */
  readonly input: Json | undefined;
  readonly inputJson: string;
  readonly inputHash: string;
  readonly callKey: string;
  readonly name: string;
  readonly tags: readonly string[];
};

/** A task run while this process executes it: every write of it passes the gate and the fence. */
export class ActiveTaskRun {
  readonly site: CallSite;
  readonly task: AnyTask;
  readonly call: TaskCallRecord;
  readonly id: TaskRunId;
  readonly log: Logger;
  #attempt: number;
  #state: RunStateKind | undefined;

  /** @param recorded What an earlier attempt of the flow run recorded for the same call. */
  constructor(site: CallSite, task: AnyTask, call: TaskCallRecord, recorded: TaskRunRow | undefined) {
    this.site = site;
    this.task = task;
    this.call = call;
    this.id = recorded?.id ?? newTaskRunId();
    this.log = site.flowRun.session.recorder.logger({ flowRunId: site.flowRun.id, taskRunId: this.id });
    this.#attempt = recorded?.attempt ?? 0;
  }

  get attempt(): number {
    return this.#attempt;
  }

  /** Begins the next attempt, in Pending and Running, or waiting in Scheduled. */
  async begin(states: readonly [RunState, ...RunState[]]): Promise<void> {
    this.site.flowRun.openTaskRuns.add(this.id);
    this.#check(await this.#writeBegin(this.#db, states));
    this.#began(states);
  }

  /** Moves the attempt to another open state. */
  async enter(to: RunState): Promise<void> {
    this.#gate(to);
    const from = kindsBefore(to.kind);
    this.#check(await writeTaskState(this.#db, { ...this.#key, from, to }));
    this.#moved(to);
  }

  /** Ends the attempt, with its result when it has one, and then calls the hook. */
  async finish(to: RunState, result?: TaskRunEnd['result'], value?: Json): Promise<void> {
    this.#gate(to);
    const progress = this.site.flowRun.session.recorder.flushProgressOf(this.id);
    if (progress !== undefined) await progress;
    this.#check(await this.#writeEnd(this.#db, to, result));
    this.#moved(to);
    if (!isTerminal(to.kind) || this.task.options.hooks === undefined) return;
    const ended = {
      task: this.task.name,
      taskRunId: this.id,
      state: to,
      ...(value === undefined ? {} : { result: value }),
    };
    await runHook(this.task.options.hooks, to.kind, ended, this.log);
  }

  /** Ends the attempt and begins the next in one transaction: no reader ever sees it ended for good. */
  async finishAndBegin(to: RunState, states: readonly [RunState, ...RunState[]]): Promise<void> {
    this.#gate(to);
    const written = await withTransaction(
      this.#db,
      async (transaction) => (await this.#writeEnd(transaction, to)) && (await this.#writeBegin(transaction, states)),
    );
    this.#check(written);
    this.#moved(to);
    this.#began(states);
  }

  /** Records a call whose result was found in the cache. */
  async finishCached(pending: RunState, cached: RunState, resultId: NewResult['id'], value: Json): Promise<void> {
    const written = await withTransaction(this.#db, async (transaction) => {
      if (!(await this.#writeBegin(transaction, [pending]))) return false;
      const result = { id: resultId, recorded: true } as const;
      return finishTaskRun(transaction, { ...this.#key, attempt: this.#attempt + 1, to: cached, result });
    });
    this.#check(written);
    this.#began([pending]);
    this.#gate(cached);
    this.#moved(cached);
    const ended = { task: this.task.name, taskRunId: this.id, state: cached, result: value };
    await runHook(this.task.options.hooks, 'Cached', ended, this.log);
  }

  emit(state: RunState, reused = false): void {
    const { flowRun, taskRunId } = this.site;
    flowRun.session.recorder.emit({
      type: 'task-run',
      flowRunId: flowRun.id,
      taskRunId: this.id,
      ...(taskRunId === null ? {} : { parentTaskRunId: taskRunId }),
      task: this.task.name,
      name: this.call.name,
      ...(this.call.tags.length === 0 ? {} : { tags: this.call.tags }),
      attempt: this.#attempt,
      state,
      reused,
    });
  }

  get #db(): RegistryDb {
    return this.site.flowRun.session.runtime.registry.db;
  }

  get #key(): { id: TaskRunId; attempt: number; flowRunId: CallSite['flowRun']['id']; flowAttempt: number } {
    return { id: this.id, attempt: this.#attempt, ...this.site.flowRun.fence };
  }

  #writeBegin(db: RegistryDb, states: readonly [RunState, ...RunState[]]): Promise<boolean> {
    const { id, site, task, call } = this;
    const attempt = this.#attempt + 1;
    if (attempt > 1) return beginTaskAttempt(db, { ...this.#key, attempt, states });
    const { inputHash, inputJson, callKey, name, tags } = call;
    return startTaskRun(db, {
      ...site.flowRun.fence,
      id,
      parentTaskRunId: site.taskRunId,
      taskName: task.name,
      taskVersion: task.options.version ?? DEFAULT_TASK_VERSION,
      callKey,
      inputHash,
      inputJson,
      name,
      tags,
      states,
    });
  }

  #writeEnd(db: RegistryDb, to: RunState, result?: TaskRunEnd['result']): Promise<boolean> {
    return finishTaskRun(db, { ...this.#key, to, ...(result === undefined ? {} : { result }) });
  }

  #began(states: readonly RunState[]): void {
    this.#attempt += 1;
    for (const state of states) this.#moved(state);
  }

  #moved(state: RunState): void {
    this.#state = state.kind;
    if (isTerminal(state.kind)) this.site.flowRun.openTaskRuns.delete(this.id);
    else this.site.flowRun.openTaskRuns.add(this.id);
    this.emit(state);
  }

  #gate(to: RunState): void {
    if (this.#state !== undefined) assertTransition(`Task run ${this.id}`, this.#state, to.kind);
  }

  #check(written: boolean): void {
    if (!written) throw this.site.flowRun.fenced();
  }
}
