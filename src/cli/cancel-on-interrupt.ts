import type { Clock } from '../core/clock.ts';
import { CancelledError } from '../core/errors.ts';
import type { InterruptSignal, Interruptions } from './command-context.ts';

/** Ctrl-C and SIGTERM while a run goes on. */
export type InterruptWatch = {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Aborted by the second one, just before this process ends. */
  readonly killSignal: AbortSignal;
  /** The first signal, once there was one. */
  interruptedBy(): InterruptSignal | undefined;
  stop(): void;
};

/**
 * The first signal cancels, the second ends the process at once. A second one that follows within half a second is the
 * same Ctrl-C: the terminal sends it to every process, and npx passes it on as well.
 */
export function cancelOnInterrupt(
  interruptions: Interruptions,
  clock: Clock,
  tell: (signal: InterruptSignal) => void,
): InterruptWatch {
  const controller = new AbortController();
  const killer = new AbortController();
  let first: { signal: InterruptSignal; at: number } | undefined;
  const stop = interruptions.listen((signal) => {
    if (first === undefined) {
      first = { signal, at: clock.monotonicMs() };
      tell(signal);
      controller.abort(new CancelledError(signal === 'SIGINT' ? 'Ctrl-C' : 'SIGTERM'));
    } else if (clock.monotonicMs() - first.at > SAME_PRESS_MS) {
      killer.abort();
      interruptions.kill(signal);
    }
  });
  return { signal: controller.signal, killSignal: killer.signal, interruptedBy: () => first?.signal, stop };
}

const SAME_PRESS_MS = 500;
