import { CancelledError, FencedError } from '../core/errors.ts';
import type { FlowRunId, TaskRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Logger } from '../core/logger.ts';
import type { RunState, RunStateKind } from '../core/run-state.ts';
import { writeFlowState, type FlowStateWrite } from '../registry/flow-run-states.ts';
import { AbortScope } from './abort-scope.ts';
import type { Cancellable, RunSession } from './run-session.ts';
import { assertTransition, kindsBefore } from './transition.ts';

export type FlowRunLinks = {
  readonly id: FlowRunId;
  readonly flow: string;
  readonly name: string;
  readonly parentFlowRunId?: FlowRunId;
  readonly parentTaskRunId?: TaskRunId;
};

/** A flow run while this process executes it: its state, its attempt, and the calls that are under way in it. */
export class ActiveFlowRun implements Cancellable {
  readonly session: RunSession;
  readonly links: FlowRunLinks;
  readonly scope: AbortScope;
  readonly log: Logger;
  #attempt: number;
  #state: RunStateKind;
  readonly #open = new Set<Promise<unknown>>();
  readonly #taskNames = new Map<string, number>();

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
   * Writes the run's next state through the gate and tells the observer.
   * @throws FencedError when another attempt has taken over.
   */
  async enter(to: RunState, also: Pick<FlowStateWrite, 'result' | 'patch'> = {}): Promise<void> {
    const { id, attempt, session } = this;
    assertTransition(`Flow run ${id}`, this.#state, to.kind);
    const from = kindsBefore(to.kind);
    const written = await writeFlowState(session.runtime.registry.db, { id, attempt, from, to, ...also });
    if (!written) throw this.fenced();
    this.moved(to, attempt);
  }

  /** The state was written, possibly for a new attempt. */
  moved(state: RunState, attempt: number): void {
    if (attempt !== this.#attempt) this.#taskNames.clear();
    this.#attempt = attempt;
    this.#state = state.kind;
    this.emit(state);
  }

  emit(state: RunState, reused = false): void {
    const { id, attempt } = this;
    const { id: _, ...links } = this.links;
    this.session.recorder.emit({ type: 'flow-run', flowRunId: id, ...links, attempt, state, reused });
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
}

/** How a flow run ended for whoever called it. */
export type FlowEnd = { readonly state: RunState; readonly result?: Json; readonly error?: unknown };
