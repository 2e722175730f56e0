import { Argument } from 'commander';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { ShellName } from '../completion/shells.ts';

/** `completion`: the script that lets a shell complete commands, options and values. */
export function declareCompletion(program: Command, context: CommandContext): void {
  const completion = program
    .command('completion')
    .description('print the script with which bash, zsh or fish completes commands and values')
    .addHelpText('after', HELP);
  for (const shell of SHELLS) {
    completion
      .command(shell)
      .description(`print the script for ${shell}`)
      .action(async () => {
        const { shells } = await import('../completion/shells.ts');
        context.stdout.write(shells[shell].script);
      });
  }
  completion
    .command('answer', { hidden: true })
    .description('print what fits at the end of a command line; the scripts call it')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .argument('[words...]')
    .action(async (shell: ShellName, words: readonly string[], _options: unknown, command: Command) => {
      const { answerShell } = await import('../completion/answer-shell.ts');
      await answerShell(program, shell, words, command, context);
    });
}

const SHELLS: readonly ShellName[] = ['bash', 'zsh', 'fish'];

const HELP = `
Install it once:
  bash  echo 'eval "$(mlflow-ts completion bash)"' >> ~/.bashrc
  zsh   echo 'eval "$(mlflow-ts completion zsh)"' >> ~/.zshrc      (below compinit)
  fish  mlflow-ts completion fish > ~/.config/fish/completions/mlflow-ts.fish

It completes commands, options, flows and their parameters, and what the registry knows: runs, models, aliases, experiments.
mlflow-ts must be on the PATH: with npx nothing is completed.`;
