import type { CommandContext } from './command-context.ts';

/**
 * Shows one spinning line on stderr while `work` goes on; nothing where there is no terminal.
 * @param work May tell a new text for the line.
 */
export async function whileWaiting<Result>(
  what: string,
  { stderr, env }: CommandContext,
  work: (tell: (text: string) => void) => Promise<Result>,
): Promise<Result> {
  if (stderr.isTTY !== true || env.TERM === 'dumb') return work(() => undefined);
  const { default: ora } = await import('ora');
  const spinner = ora({ text: what, stream: stderr as NodeJS.WritableStream, discardStdin: false }).start();
  try {
    return await work((text) => (spinner.text = text));
  } finally {
    spinner.stop();
  }
}
