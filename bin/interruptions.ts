import type { Interruptions } from '../src/cli/command-context.ts';
import { signalExitCode } from './exit-code.ts';

/** Ctrl-C and SIGTERM of this process. */
export const processInterruptions: Interruptions = {
  listen: (onSignal) => {
    const onInterrupt = (): void => onSignal('SIGINT');
    const onTerminate = (): void => onSignal('SIGTERM');
    process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate);
    return () => void process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate);
  },
  kill: (signal) => process.exit(signalExitCode(signal)),
};
