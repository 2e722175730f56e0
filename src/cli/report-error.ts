import { MlflowTsError, toRunError } from '../core/errors.ts';
import type { RunError } from '../core/run-state.ts';
import { isMachineCode } from './machine-error.ts';
import type { OutputStream } from './command-context.ts';

/**
 * Tells of an error: ours and the machine's by its message, any other one as the bug it is, with its stack. With `json` the document on
 * stdout is `{ "error": { "name", "code", "message", "details"? } }`.
 */
export function reportError(
  error: unknown,
  streams: { readonly stdout: OutputStream; readonly stderr: OutputStream },
  options: { readonly json: boolean; readonly debug: boolean },
): void {
  streams.stderr.write(errorText(error, options.debug));
  if (options.json) streams.stdout.write(`${JSON.stringify({ error: publicError(toRunError(error)) }, null, 2)}\n`);
}

/** An error as `--json` shows it: without stacks. */
export function publicError(error: RunError): Omit<RunError, 'stack'> {
  const { name, code, message, details, cause } = error;
  return {
    name,
    code,
    message,
    ...(details === undefined ? {} : { details }),
    ...(cause === undefined ? {} : { cause: publicError(cause) }),
  };
}

function errorText(error: unknown, debug: boolean): string {
  if (error instanceof MlflowTsError) {
    return `error: ${error.message}\n${debug ? `${error.stack ?? ''}\n` : ''}`;
  }
  if (error instanceof Error && isMachineCode((error as NodeJS.ErrnoException).code)) {
    return `error: ${error.message}\nMake room or give yourself write permission, or name another folder with --home; \`mlflow-ts doctor\` looks.\n`;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `error: this is a bug in mlflow-ts, please report it with the lines below.\n${text}\n`;
}
