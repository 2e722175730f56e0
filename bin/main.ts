import type { AppServices } from '../src/app/services.ts';
import type { FlowCatalogue } from '../src/app/flow-catalogue.ts';
import { runCommandLine } from '../src/cli/command-line.ts';
import { systemClock } from '../src/core/clock.ts';
import type { Secrets } from '../src/core/secrets.ts';
import type { AnyFlow } from '../src/engine/flow-options.ts';
import { exitCodeOf } from './exit-code.ts';
import { processInterruptions } from './interruptions.ts';
import { packageVersion } from './package-version.ts';

/**
 * Runs the command line of this process over the given flows, then ends the process with the command's exit code.
 * @param workerChild The entry of the processes in which a worker executes runs, over the same flows.
 */
export async function main(
  catalogue: FlowCatalogue<AnyFlow<AppServices>>,
  workerChild = new URL('./worker-child.js', import.meta.url),
): Promise<never> {
  const version = packageVersion();
  const { env } = process;
  let secrets: Promise<Secrets> | undefined;
  const loadSecrets = (): Promise<Secrets> =>
    (secrets ??= import('./open-secrets.ts').then(({ openSecrets }) => openSecrets(env)));
  const cwd = process.cwd();
  const stdoutClosed = new AbortController();
  ignoreClosedPipes(stdoutClosed);
  const ending = await runCommandLine(process.argv.slice(2), {
    catalogue,
    workerChild,
    loadPublicApi: () => import('../src/index.ts'),
    version,
    cwd,
    env,
    loadSecrets,
    stdout: process.stdout,
    stderr: process.stderr,
    stdoutClosed: stdoutClosed.signal,
    clock: systemClock,
    ...(process.stdin.isTTY ? { ask } : {}),
    interruptions: processInterruptions,
    openServices: async (options) => {
      const { openServices } = await import('./open-services.ts');
      return openServices({ ...options, cwd, env, secrets: await loadSecrets(), version });
    },
  });
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(exitCodeOf(ending));
}

/** `mlflow-ts runs ls | head`: who has read enough is no error; a command that follows something ends then. */
function ignoreClosedPipes(stdoutClosed: AbortController): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (stream === process.stdout) stdoutClosed.abort();
    });
  }
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await prompt.question(question);
  } finally {
    prompt.close();
  }
}

/** A pipe takes what is written when it can; leaving earlier would cut a long document off. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });
}
