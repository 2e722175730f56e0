import {
  CancelledError,
  CrashedError,
  DataError,
  EnvironmentError,
  NotFoundError,
  ParameterError,
  TrainingError,
} from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';

/** An error as it came over from a child process. */
export type ChildFailure = {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly details?: JsonObject | undefined;
};

const CLASSES = {
  PARAMETER: ParameterError,
  NOT_FOUND: NotFoundError,
  DATA: DataError,
  TRAINING: TrainingError,
  ENVIRONMENT: EnvironmentError,
  CANCELLED: CancelledError,
  CRASHED: CrashedError,
} as const;

/** The child's error as one of ours, by its code, with the child's stack as cause; an unknown one stays an Error. */
export function errorFromChild(failure: ChildFailure): Error {
  const remote = new Error(failure.message);
  remote.name = failure.name;
  if (failure.stack !== undefined) remote.stack = failure.stack;
  const known = Object.entries(CLASSES).find(([code]) => code === failure.code);
  return known === undefined
    ? remote
    : new known[1](failure.message, { cause: remote, details: failure.details ?? {} });
}
