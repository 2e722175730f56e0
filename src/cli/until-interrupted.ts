import type { CommandContext } from './command-context.ts';
import { cancelOnInterrupt } from './cancel-on-interrupt.ts';

/**
 * Does work that Ctrl-C and SIGTERM stop: the command then ends with the signal's exit code, and there is no result.
 * @param onInterrupt Called when the work is asked to stop.
 */
export async function untilInterrupted<Result>(
  context: CommandContext,
  work: (signal: AbortSignal) => Promise<Result>,
  onInterrupt: () => void = () => undefined,
): Promise<Result | undefined> {
  const watch = cancelOnInterrupt(context.interruptions, context.clock, onInterrupt);
  try {
    return await work(watch.signal);
  } catch (error) {
    const signal = watch.interruptedBy();
    if (signal === undefined) throw error;
    context.end({ kind: 'interrupted', signal });
    return undefined;
  } finally {
    watch.stop();
  }
}
