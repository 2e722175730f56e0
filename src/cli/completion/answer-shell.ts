import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { candidates } from './candidates.ts';
import { lookUpIn } from './look-up.ts';
import { shells, type ShellName } from './shells.ts';

/** `completion answer`: prints what fits at the end of a line, a line each, as the shell wants it. */
export async function answerShell(
  program: Command,
  shell: ShellName,
  passed: readonly string[],
  command: Command,
  context: CommandContext,
): Promise<void> {
  const { words, answer } = shells[shell];
  const line = words(passed);
  const found = await candidates(program, line, lookUpIn(context, command));
  const wordBreaks = context.env.COMP_WORDBREAKS ?? '';
  const lines = answer(found, line.at(-1) ?? '', wordBreaks);
  context.stdout.write(lines.map((text) => `${text}\n`).join(''));
}
