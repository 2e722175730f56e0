import type { CommandEnding, InterruptSignal } from '../src/cli/command-context.ts';
import { isMachineCode } from '../src/cli/machine-error.ts';
import { MlflowTsError } from '../src/core/errors.ts';
import { isSuccessful } from '../src/core/run-state.ts';
import type { RunState } from '../src/core/run-state.ts';

const EXIT = { done: 0, failed: 1, usage: 2, crashed: 3, environment: 4, sigint: 130, sigterm: 143 } as const;

/** The exit code of a command: the one place where what happened becomes a number. */
export function exitCodeOf(ending: CommandEnding): number {
  switch (ending.kind) {
    case 'done':
      return EXIT.done;
    case 'usage':
      return EXIT.usage;
    case 'incomplete':
      return EXIT.failed;
    case 'interrupted':
      return signalExitCode(ending.signal);
    case 'unhealthy':
      return EXIT.environment;
    case 'error':
      return errorExitCode(ending.error);
    case 'flow-run':
      return stateExitCode(ending.state, ending.interruptedBy);
  }
}

/** The exit code of a process that a signal ends: 128 + its number. */
export function signalExitCode(signal: InterruptSignal): number {
  return signal === 'SIGTERM' ? EXIT.sigterm : EXIT.sigint;
}

function stateExitCode(state: RunState, interruptedBy: InterruptSignal | undefined): number {
  if (state.kind === 'Failed') return codeExitCode(state.error.code);
  if (state.kind === 'Cancelled' && interruptedBy !== undefined) return signalExitCode(interruptedBy);
  if (isSuccessful(state.kind)) return EXIT.done;
  return state.kind === 'Crashed' ? EXIT.crashed : EXIT.failed;
}

function errorExitCode(error: unknown): number {
  if (error instanceof MlflowTsError) return codeExitCode(error.code);
  if (!(error instanceof Error)) return EXIT.failed;
  const { code } = error as NodeJS.ErrnoException;
  return codeExitCode(code ?? '');
}

function codeExitCode(code: string): number {
  if (['USAGE', 'PARAMETER', 'NOT_FOUND', 'FLOW_FILE'].includes(code)) return EXIT.usage;
  if (code === 'CRASHED') return EXIT.crashed;
  if (code === 'ENVIRONMENT' || isMachineCode(code)) return EXIT.environment;
  return EXIT.failed;
}
