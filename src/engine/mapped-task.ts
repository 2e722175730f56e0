import { MappedTaskError } from '../core/errors.ts';
import { outcomeOf, type TaskOutcome } from './task-future.ts';

const DEFAULT_CONCURRENCY = 16;

/**
 * One task over many inputs. Await it for all results in the order of the inputs; it rejects with a MappedTaskError once
 * all have ended when any failed. `settled()` never rejects.
 */
export interface MappedTask<Result> extends PromiseLike<Result[]> {
  /** How each ended, in the order of the inputs, once all have. */
  settled(): Promise<TaskOutcome<Result>[]>;
}

/** Starts `call` for every input, at most `concurrency` at once, in order. */
export function mapTask<Input, Result>(
  task: string,
  call: (input: Input) => Promise<Result>,
  inputs: readonly Input[],
  { concurrency = DEFAULT_CONCURRENCY }: { readonly concurrency?: number } = {},
): MappedTask<Result> {
  const outcomes = runAll(call, inputs, Math.max(1, concurrency));
  return {
    then: (onDone, onFailed) => outcomes.then((ended) => allValues(task, ended)).then(onDone, onFailed),
    settled: () => outcomes,
  };
}

async function runAll<Input, Result>(
  call: (input: Input) => Promise<Result>,
  inputs: readonly Input[],
  concurrency: number,
): Promise<TaskOutcome<Result>[]> {
  const outcomes = new Array<TaskOutcome<Result>>(inputs.length);
  const queue = inputs.entries();
  const worker = async (): Promise<void> => {
    for (const [index, input] of queue) outcomes[index] = await outcomeOf(call(input));
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, inputs.length) }, worker));
  return outcomes;
}

function allValues<Result>(task: string, outcomes: readonly TaskOutcome<Result>[]): Result[] {
  const failed = outcomes.filter((outcome) => outcome.kind === 'failed');
  if (failed.length > 0) throw new MappedTaskError(task, outcomes);
  return outcomes.map((outcome) => (outcome as Extract<TaskOutcome<Result>, { kind: 'done' }>).value);
}
