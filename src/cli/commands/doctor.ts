import type { Command } from 'commander';
import type { Check } from '../../app/check.ts';
import type { CommandContext, GlobalOptions } from '../command-context.ts';
import { outputOf } from '../with-services.ts';
import type { Output } from '../output.ts';

/** `doctor`: does this machine have what mlflow-ts needs, and where are its things. */
export function declareDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('check what mlflow-ts needs of this machine, and show where its things are')
    .action(async (_options: unknown, command: Command) => {
      const output = await outputOf(context, command);
      const { examine } = await import('../../app/doctor.ts');
      const { findProject } = await import('../../app/project.ts');
      const { home } = command.optsWithGlobals<GlobalOptions>();
      const project = findProject({ cwd: context.cwd, env: context.env, homeOption: home });
      const { version, clock } = context;
      const checks = await examine({ project, version, nodeVersion: process.version, clock });
      const isHealthy = !checks.some(({ status }) => status === 'broken');
      if (output.json) output.printJson({ healthy: isHealthy, checks });
      else await printChecks(checks, isHealthy, output);
      if (!isHealthy) context.end({ kind: 'unhealthy' });
    });
}

async function printChecks(checks: readonly Check[], isHealthy: boolean, output: Output): Promise<void> {
  const { tableText } = await import('../table.ts');
  const { paint } = output;
  const marks = { ok: paint.green('ok'), warning: paint.yellow('warning'), broken: paint.red('broken') };
  output.print(
    tableText(checks, [
      { heading: 'check', cell: ({ name }) => name },
      { heading: 'status', cell: ({ status }) => marks[status] },
      { heading: 'found', cell: ({ found }) => found },
    ]),
  );
  for (const { name, remedy } of checks) if (remedy !== undefined) output.print(`\n${paint.bold(name)}: ${remedy}`);
  output.print(
    `\n${isHealthy ? paint.green('mlflow-ts can work here.') : paint.red('mlflow-ts cannot work here yet.')}`,
  );
}
