import type { CommandContext } from './command-context.ts';

/** Shows one spinning line on stderr while `work` goes on; nothing where there is no terminal. */
export async function whileWaiting<Result>(
  what: string,
  { stderr, env }: CommandContext,
  work: () => Promise<Result>,
): Promise<Result> {
  if (stderr.isTTY !== true || env.TERM === 'dumb') return work();
  const { default: ora } = await import('ora');
  const spinner = ora({ text: what, stream: stderr as NodeJS.WritableStream, discardStdin: false }).start();
  try {
    return await work();
  } finally {
    spinner.stop();
  }
}
