import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exitCodeOf } from '../../bin/exit-code.ts';
import { openServices } from '../../bin/open-services.ts';
import { runCommandLine } from '../../src/cli/command-line.ts';
import type { CommandContext } from '../../src/cli/command-context.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Secrets } from '../../src/core/secrets.ts';
import { tinyCatalogue } from './tiny-flows.ts';

/** The shipped command line, and the same over small flows. */
export const SHIPPED = fileURLToPath(new URL('../../bin/mlflow-ts.js', import.meta.url));
export const TINY = fileURLToPath(new URL('./tiny-cli.js', import.meta.url));

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type Started = {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves once stderr has shown the text; rejects when the process ends before. */
  readonly stderrShows: (text: string) => Promise<void>;
  readonly ended: Promise<Ended>;
};

type Options = {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly script?: string;
  /** Without root's right to read and write what its permissions forbid; needs the program `setpriv` where this is root. */
  readonly bound?: boolean;
};

const isRoot = process.getuid?.() === 0;
const WITHOUT_RIGHTS = ['setpriv', '--bounding-set=-dac_override,-dac_read_search'];

/** Whether a process here can be kept to the permissions of files. */
export const canBeBound = !isRoot || spawnSync(WITHOUT_RIGHTS[0]!, [WITHOUT_RIGHTS[1]!, 'true']).status === 0;

/** Starts the command line in a folder, without any of the caller's own settings. */
export function startCli(args: readonly string[], { cwd, env = {}, script = TINY, bound = false }: Options): Started {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(MLFLOW_TS_|NODE_|GITHUB_|JEST_|CI$|NO_COLOR$|FORCE_COLOR$)/.test(name),
  );
  const command = [...(bound && isRoot ? WITHOUT_RIGHTS : []), process.execPath, script, ...args];
  const child = spawn(command[0]!, command.slice(1), { cwd, env: { ...Object.fromEntries(own), ...env } });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  const stderrShows = async (text: string): Promise<void> => {
    const shown = new Promise<void>((resolve) => {
      const check = (): void => (stderr.includes(text) ? resolve() : undefined);
      listeners.add(check);
      check();
    });
    const tooLate = ended.then(() => {
      throw new Error(`The process ended without "${text}" on stderr:\n${stderr}`);
    });
    await Promise.race([
      shown,
      tooLate.catch((error: unknown) => (stderr.includes(text) ? undefined : Promise.reject(error as Error))),
    ]);
  };
  return { child, stderrShows, ended };
}

/** Runs the command line to its end, in a process of its own. */
export function runCli(args: readonly string[], options: Options): Promise<Ended> {
  return startCli(args, options).ended;
}

type OptionsHere = Omit<Options, 'script' | 'bound'> &
  Partial<Pick<CommandContext, 'catalogue' | 'interruptions'>> & {
    /** Sees what is written to stderr when it is. */
    readonly told?: (text: string) => void;
  };

const nobody: CommandContext['interruptions'] = { listen: () => () => undefined, kill: () => undefined };

/** Runs the command line, unless told else over the small flows, in this process: the same code but for the process around it, and quicker. */
export async function runCliHere(
  args: readonly string[],
  { cwd, env = {}, catalogue = tinyCatalogue, interruptions = nobody, told = () => undefined }: OptionsHere,
): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const secrets = new Secrets(env);
  const ending = await runCommandLine(args, {
    catalogue,
    loadPublicApi: () => import('../../src/index.ts'),
    workerChild: new URL('./tiny-worker-child.js', import.meta.url),
    version: '0.0.0',
    cwd,
    env,
    loadSecrets: () => Promise.resolve(secrets),
    stdout: { write: (text) => (stdout += text) },
    stderr: {
      write: (text) => {
        stderr += text;
        told(text);
      },
    },
    stdoutClosed: new AbortController().signal,
    clock: systemClock,
    interruptions,
    openServices: (options) => openServices({ ...options, cwd, env, secrets, version: '0.0.0' }),
  });
  return { code: exitCodeOf(ending), stdout, stderr };
}

/** One member of each row of a JSON array. */
export function column(rows: unknown, key: string): unknown[] {
  return (rows as Record<string, unknown>[]).map((row) => row[key]);
}
