import type { AppServices } from '../app/services.ts';
import type { FlowCatalogue } from '../app/flow-catalogue.ts';
import type { LoadPublicApi } from '../app/flow-files/import-flow-file.ts';
import type { AnyFlow } from '../engine/flow-options.ts';
import type { Clock } from '../core/clock.ts';
import type { RunState } from '../core/run-state.ts';
import type { Secrets } from '../core/secrets.ts';

/** Everything the command line takes from the world; `bin/` passes the real one, tests another. */
export type CommandContext = {
  /** The built-in flows. */
  readonly catalogue: FlowCatalogue<AnyFlow<AppServices>>;
  readonly loadPublicApi: LoadPublicApi;
  /** The entry of the processes in which a worker executes runs. */
  readonly workerChild: URL;
  readonly version: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `${env:NAME}` in parameters stands for. */
  readonly loadSecrets: () => Promise<Secrets>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Aborted when nobody reads stdout any more (`… | head`): what follows something ends then. */
  readonly stdoutClosed: AbortSignal;
  readonly clock: Clock;
  /** Asks the person at the terminal; absent where there is none. */
  readonly ask?: (question: string) => Promise<string>;
  readonly interruptions: Interruptions;
  /** Opens the registry and wires the services; the caller closes the registry. */
  openServices(options: ServicesOptions): Promise<AppServices>;
  /** How the command ended, when it is more than "done"; the last call counts. */
  end(ending: CommandEnding): void;
};

export type ServicesOptions = {
  readonly homeOption?: string | undefined;
  readonly readOnly: boolean;
  readonly durable?: boolean;
};

/** What is written to: process.stdout and process.stderr, or a test's own. */
export type OutputStream = {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** Bytes that wait for a slow reader. */
  readonly writableLength?: number;
  readonly destroyed?: boolean;
};

export type InterruptSignal = 'SIGINT' | 'SIGTERM';

/** Ctrl-C and SIGTERM, as long as a command listens; else they end the process as usual. */
export type Interruptions = {
  /** Calls `onSignal` for each signal until the returned function is called. */
  listen(onSignal: (signal: InterruptSignal) => void): () => void;
  /** Ends this process at once with the signal's exit code. */
  kill(signal: InterruptSignal): void;
};

/** What a command came to; `bin/` turns it into an exit code. */
export type CommandEnding =
  | { readonly kind: 'done' }
  | { readonly kind: 'flow-run'; readonly state: RunState; readonly interruptedBy?: InterruptSignal }
  /** `doctor` found something broken. */
  | { readonly kind: 'unhealthy' }
  /** A result came out, and it says that something is missing or damaged: images that could not be read, changed files. */
  | { readonly kind: 'incomplete' }
  /** A command other than a run was stopped. */
  | { readonly kind: 'interrupted'; readonly signal: InterruptSignal }
  /** Wrong usage, of which the user has been told. */
  | { readonly kind: 'usage' }
  | { readonly kind: 'error'; readonly error: unknown };

/** Options every command takes. */
export type GlobalOptions = {
  readonly home?: string;
  readonly json?: boolean;
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error';
  /** False with `--no-color`. */
  readonly color: boolean;
};
