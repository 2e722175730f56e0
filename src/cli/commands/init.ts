import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { outputOf } from '../with-services.ts';

/** `init`: a new project to start from. */
export function declareInit(program: Command, context: CommandContext): void {
  program
    .command('init [dir]')
    .description('write a new project: a flow, its configuration and test, mlflow-ts.yaml')
    .option('--keep', 'keep files that are there and write the others')
    .addHelpText('after', EXAMPLES)
    .action(async (dir: string | undefined, options: { readonly keep?: boolean }, command: Command) => {
      await init(dir ?? '.', options.keep === true, command, context);
    });
}

const EXAMPLES = `
Examples:
  $ mlflow-ts init my-flows
  $ cd my-flows && mlflow-ts run census`;

async function init(dir: string, keep: boolean, command: Command, context: CommandContext): Promise<void> {
  const path = await import('node:path');
  const { initProject } = await import('../../app/init-project.ts');
  const output = await outputOf(context, command);
  const project = await initProject({ folder: path.resolve(context.cwd, dir), version: context.version, keep });
  if (output.json) {
    output.printJson(project);
    return;
  }
  output.print([output.paint.bold(project.folder), ...project.written.map((path) => `  ${path}`)].join('\n'));
  if (project.kept.length > 0) output.print(`Kept as they were: ${project.kept.join(', ')}`);
  const enter = dir === '.' ? '' : `cd ${/\s/.test(dir) ? JSON.stringify(dir) : dir} && `;
  output.remark(`\nRun its flow:  ${enter}mlflow-ts run census\nRun its test:  npm install && npm test`);
}
