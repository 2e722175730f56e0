import type { Clock } from '../core/clock.ts';
import { EnvironmentError, type MlflowTsError } from '../core/errors.ts';
import { seededRandom } from '../core/seeded-random.ts';

/** A try that failed where another one may help. */
export class Trouble {
  readonly error: MlflowTsError;
  /** How long to wait before the next try; absent: twice as long from one to the next. */
  readonly waitMs: number | undefined;
  /** It came further than any try before it all the same; such tries are not counted. */
  readonly cameFurther: boolean;

  constructor(error: MlflowTsError, { waitMs, cameFurther = false }: TroubleOptions = {}) {
    this.error = error;
    this.waitMs = waitMs;
    this.cameFurther = cameFurther;
  }
}

type TroubleOptions = { readonly waitMs?: number | undefined; readonly cameFurther?: boolean };

export type Persistence = {
  /** How many tries may come no further, one after the other. */
  readonly tries: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Hears of a trouble before the next try. */
  readonly onTrouble?: (error: MlflowTsError) => void;
};

/**
 * Tries what talks to a server until it succeeds, with growing waits in between or those that the server asks for.
 * @throws the last trouble's error, EnvironmentError when the server asks to wait for more than ten minutes, whatever an attempt
 * throws, the signal's reason.
 */
export async function keepTrying<Result>(
  attempt: () => Promise<Result | Trouble>,
  { tries, clock, signal, onTrouble = () => undefined }: Persistence,
): Promise<Result> {
  for (let failed = 0; ;) {
    signal.throwIfAborted();
    const outcome = await attempt();
    if (!(outcome instanceof Trouble)) return outcome;
    const { error, waitMs, cameFurther } = outcome;
    failed = cameFurther ? 0 : failed + 1;
    if (failed === tries) throw error;
    if (waitMs !== undefined && waitMs > LONGEST_WAIT_MS) throw tooLong(error, waitMs);
    onTrouble(error);
    const jitter = seededRandom('wait', clock.now(), failed).uniform(0.7, 1.3);
    const backoffMs = FIRST_WAIT_MS * 2 ** Math.max(0, failed - 1) * jitter;
    await clock.sleep(waitMs ?? backoffMs, signal);
  }
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10 * 60_000;

function tooLong(error: MlflowTsError, waitMs: number): EnvironmentError {
  const minutes = Math.ceil(waitMs / 60_000);
  return new EnvironmentError(`${error.message} It asks to wait ${minutes} minutes. Try again then.`, { cause: error });
}
