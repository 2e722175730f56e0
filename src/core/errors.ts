import type { Json } from './json.ts';
import type { RunError } from './run-state.ts';

/** Plain data about an error: what was wanted, what was found. */
export type Details = Readonly<Record<string, Json>>;
/** What an error is made with, beside its message. */
export type Options = { readonly cause?: unknown; readonly details?: Details };

/** The base of all errors we throw on purpose: a stable `code`, a message that says what to do, and plain details. */
export class MlflowTsError extends Error {
  readonly code: string;
  readonly details: Details;

  constructor(code: string, message: string, options: Options = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Thrown for a wrong command, flag or argument. Remedy: `--help`. Exit code 2. */
export class UsageError extends MlflowTsError {
  constructor(message: string, options?: Options) {
    super('USAGE', message, options);
  }
}

/** Thrown for flow parameters, config files or environment variables that do not fit. Remedy: correct them. Exit code 2. */
export class ParameterError extends MlflowTsError {
  constructor(message: string, options?: Options) {
    super('PARAMETER', message, options);
  }
}

/** Thrown when an id, name or file that the user gave does not exist. Remedy: list what exists. Exit code 2. */
export class NotFoundError extends MlflowTsError {
  constructor(message: string, options?: Options) {
    super('NOT_FOUND', message, options);
  }
}

/** Thrown when a file of flows cannot be used: it does not compile, throws, or exports no such flow. Remedy: correct it. Exit code 2. */
export class FlowFileError extends MlflowTsError {
  constructor(message: string, options?: Options) {
    super('FLOW_FILE', message, options);
  }
}

/** Thrown when the request contradicts the recorded state (a finished run cancelled, an aliased version deleted). Exit code 1. */
export class ConflictError extends MlflowTsError {
  constructor(message: string, options?: Options) {
    super('CONFLICT', message, options);
  }
}

/** Thrown when data does not hold what it must: a hostile or damaged archive, a broken image, a checksum that differs. Exit code 1. */
export class DataError extends MlflowTsError {
  constructor(message: string, options?: Options) {
    super('DATA', message, options);
  }
}

/** Thrown when training cannot go on: an unsupported layer, a loss that is not finite. Exit code 1. */
export class TrainingError extends MlflowTsError {
  constructor(message: string, options?: Options) {
    super('TRAINING', message, options);
  }
}

/** Thrown when the machine does not give what is needed: registry unreadable or newer, disk full, no permission. Exit code 4. */
export class EnvironmentError extends MlflowTsError {
  constructor(message: string, options?: Options) {
    super('ENVIRONMENT', message, options);
  }
}

/** Thrown when a task input or result is not JSON. Remedy: return a reference (path, id) instead of the object. */
export class NotJsonError extends MlflowTsError {
  constructor(path: string, received: string) {
    super(
      'NOT_JSON',
      `${path} is not JSON: received ${received}. Pass plain data, or a path or id that names the object.`,
      {
        details: { path, received },
      },
    );
  }
}

/** Thrown in a task or flow body when its time limit passed. */
export class TimeoutError extends MlflowTsError {
  readonly timeoutMs: number;
  constructor(what: string, timeoutMs: number) {
    super('TIMEOUT', `${what} did not finish within ${timeoutMs} ms. Raise its timeoutMs or give it less to do.`, {
      details: { timeoutMs },
    });
    this.timeoutMs = timeoutMs;
  }
}

/** Thrown where work stops because its run is being cancelled. Exit code 130 or 143 by its signal, else 1. */
export class CancelledError extends MlflowTsError {
  constructor(reason: string, options?: Options) {
    super('CANCELLED', reason, options);
  }
}

/** Thrown when another attempt of the run has taken over: this one must stop and may write nothing more. */
export class FencedError extends MlflowTsError {
  constructor(message: string, options?: Options) {
    super('FENCED', message, options);
  }
}

/** Thrown where a trial stops because its study's pruner has given it up. */
export class PrunedError extends MlflowTsError {
  constructor(trial: number, step: number, pruner: string) {
    super('PRUNED', `Trial ${trial} was pruned at step ${step} by ${pruner}.`, { details: { trial, step, pruner } });
  }
}

/** Thrown where the process running a run died (also a child process killed under its task). Exit code 3. */
export class CrashedError extends MlflowTsError {
  constructor(message: string, options?: Options) {
    super('CRASHED', message, options);
  }
}

/** Thrown by an awaited `task.map(…)` once all items have ended and some failed; `outcomes` are in the order of the inputs. */
export class MappedTaskError extends MlflowTsError {
  readonly outcomes: readonly MappedOutcome[];
  constructor(task: string, outcomes: readonly MappedOutcome[]) {
    const errors = outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? [outcome.error] : []));
    const first = toRunError(errors[0]);
    super(
      'MAPPED_TASK',
      `${errors.length} of ${outcomes.length} runs of task "${task}" failed, the first with ${first.name}: ${first.message}`,
      { cause: errors[0], details: { task, failed: errors.length, total: outcomes.length } },
    );
    this.outcomes = outcomes;
  }
}

/** How one item of a mapped task ended. */
export type MappedOutcome =
  { readonly kind: 'done'; readonly value: unknown } | { readonly kind: 'failed'; readonly error: unknown };

/** The error as it is stored in a run's state. Anything thrown that is not an Error is described by its text. */
export function toRunError(thrown: unknown): RunError {
  if (!(thrown instanceof Error)) return { name: 'Error', code: 'UNKNOWN', message: String(thrown) };
  const known = thrown instanceof MlflowTsError;
  return {
    name: thrown.name,
    code: known ? thrown.code : systemCode(thrown),
    message: thrown.message,
    ...(thrown.stack === undefined ? {} : { stack: thrown.stack }),
    ...(known && Object.keys(thrown.details).length > 0 ? { details: thrown.details } : {}),
    ...(thrown.cause === undefined ? {} : { cause: toRunError(thrown.cause) }),
  };
}

function systemCode(error: Error): string {
  const { code } = error as Error & { code?: unknown };
  return typeof code === 'string' ? code : 'UNKNOWN';
}
