import { CancelledError, ConflictError, FencedError } from '../core/errors.ts';
import type { FlowRunId, TaskRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Logger } from '../core/logger.ts';
import { isTerminal, type RunState, type RunStateKind } from '../core/run-state.ts';
import { beginFlowAttempt, writeFlowState, type FlowStateWrite } from '../registry/flow-run-states.ts';
import { withTransaction } from '../registry/registry-db.ts';
import { AbortScope } from './abort-scope.ts';
import type { AccompaniedRun, RunCompanion } from './run-companion.ts';
import type { Cancellable, RunSession } from './run-session.ts';
import { assertTransition, kindsBefore } from './transition.ts';

export type FlowRunLinks = {
  readonly id: FlowRunId;
  readonly rootFlowRunId: FlowRunId;
  readonly flow: string;
  readonly name: string;
  readonly parentFlowRunId?: FlowRunId;
  readonly parentTaskRunId?: TaskRunId;
};

/** A flow run while this process executes it: its state, its attempt, and the calls that are under way in it. */
export class ActiveFlowRun implements Cancellable, AccompaniedRun {
  readonly session: RunSession;
  readonly links: FlowRunLinks;
  readonly scope: AbortScope;
  readonly log: Logger;
  #attempt: number;
  #state: RunStateKind;
  readonly #open = new Set<Promise<unknown>>();
  readonly #companions = new Map<string, RunCompanion>();
  readonly #taskNames = new Map<string, number>();
  readonly #openTaskRuns = new Set<TaskRunId>();
  #writing: Promise<void> = Promise.resolve();

  constructor(
    session: RunSession,
    links: FlowRunLinks,
    at: { readonly attempt: number; readonly state: RunStateKind; readonly within: AbortScope },
  ) {
    this.session = session;
    this.links = links;
    this.scope = new AbortScope(at.within);
    this.log = session.recorder.logger({ flowRunId: links.id });
    this.#attempt = at.attempt;
    this.#state = at.state;
  }

  get id(): FlowRunId {
    return this.links.id;
  }

  get name(): string {
    return this.links.name;
  }

  get flow(): string {
    return this.links.flow;
  }

  get runtime(): RunSession['runtime'] {
    return this.session.runtime;
  }

  get attempt(): number {
    return this.#attempt;
  }

  get state(): RunStateKind {
    return this.#state;
  }

  get fence(): { readonly flowRunId: FlowRunId; readonly flowAttempt: number } {
    return { flowRunId: this.id, flowAttempt: this.#attempt };
  }

  /**
   * Writes the run's next state through the gate, after the states that are being written, and tells the observer.
   * @throws FencedError when another attempt has taken over.
   */
  enter(to: RunState, also: Pick<FlowStateWrite, 'result' | 'patch'> = {}): Promise<void> {
    return this.#inTurn(async () => {
      const { id, attempt, session } = this;
      assertTransition(`Flow run ${id}`, this.#state, to.kind);
      const from = kindsBefore(to.kind);
      const written = await writeFlowState(session.runtime.registry.db, { id, attempt, from, to, ...also });
      if (!written) throw this.fenced();
      this.#moved(to);
    });
  }

  /** Ends the attempt and begins the next in one transaction: no reader ever sees it ended for good. */
  enterNextAttempt(ended: RunState, begun: RunState): Promise<void> {
    return this.#inTurn(async () => {
      const { id, attempt, session } = this;
      assertTransition(`Flow run ${id}`, this.#state, ended.kind);
      const from = kindsBefore(ended.kind);
      const start = { id, expectedAttempt: attempt, owner: session.owner, state: begun };
      const written = await withTransaction(
        session.runtime.registry.db,
        async (transaction) =>
          (await writeFlowState(transaction, { id, attempt, from, to: ended })) &&
          (await beginFlowAttempt(transaction, start)),
      );
      if (!written) throw this.fenced();
      this.#moved(ended);
      this.#attempt = attempt + 1;
      this.#taskNames.clear();
      session.lease.attemptBegan(id, this.#attempt);
      this.#moved(begun);
    });
  }

  /** Task runs whose attempt was begun and whose end is not recorded (yet). */
  get openTaskRuns(): Set<TaskRunId> {
    return this.#openTaskRuns;
  }

  emit(state: RunState, reused = false): void {
    const { attempt } = this;
    const { id: flowRunId, ...links } = this.links;
    this.session.recorder.emit({ type: 'flow-run', flowRunId, ...links, attempt, state, reused });
  }

  cancel(reason: string): void {
    if (this.scope.aborted) return;
    const { runtime, graceMs } = this.session;
    void this.scope.stop(new CancelledError(reason), graceMs, runtime.clock).catch(() => undefined);
    if (this.#state !== 'Running') return;
    this.enter({ kind: 'Cancelling', at: runtime.clock.now(), reason }).catch(() => undefined);
  }

  /** This process has lost the run: everything stops at once and writes nothing more. */
  fenced(): FencedError {
    const error = new FencedError(
      `Flow run ${this.id} is no longer at attempt ${this.attempt} of this process: it was retried, cancelled or found crashed elsewhere.`,
      { details: { flowRunId: this.id, attempt: this.attempt } },
    );
    this.session.scope.abandon(error);
    return error;
  }

  /**
   * Whether calls are still taken.
   * @throws ConflictError when the run has ended.
   */
  assertOpen(): void {
    if (!isTerminal(this.#state)) return;
    throw new ConflictError(`Flow run ${this.id} has ended and takes no more calls. Await what the flow starts.`);
  }

  /** What lives as long as the run, in the order in which it was asked for. */
  get companions(): readonly RunCompanion[] {
    return [...this.#companions.values()];
  }

  /** One key stands for one kind of companion. */
  companion<Made extends RunCompanion>(key: string, make: (flowRun: AccompaniedRun) => Made): Made {
    const known = this.#companions.get(key) as Made | undefined;
    const companion = known ?? make(this);
    this.#companions.set(key, companion);
    return companion;
  }

  /** Remembers a call until it has settled; an error nobody waits for must not end the process. */
  track<Result>(call: Promise<Result>): Promise<Result> {
    this.#open.add(call);
    const forget = (): unknown => this.#open.delete(call);
    call.then(forget, forget);
    return call;
  }

  /** Resolves when no call is under way any more, also none that a mapped task had still in its queue. */
  async drained(): Promise<void> {
    do {
      await Promise.allSettled(this.#open);
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#open.size > 0);
  }

  /** The task's name, with a number from its second run on. */
  nameTask(task: string): string {
    const count = (this.#taskNames.get(task) ?? 0) + 1;
    this.#taskNames.set(task, count);
    return count === 1 ? task : `${task}-${count}`;
  }

  /** One write after the other: a cancellation may come while the end is being written. */
  #inTurn(write: () => Promise<void>): Promise<void> {
    const turn = this.#writing.then(write);
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  #moved(state: RunState): void {
    this.#state = state.kind;
    this.emit(state);
  }
}

/** How a flow run ended for whoever called it. */
export type FlowEnd = { readonly state: RunState; readonly result?: Json; readonly error?: unknown };
