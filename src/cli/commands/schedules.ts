import type { Command } from 'commander';
import { withServices } from '../with-services.ts';
import type { CommandContext } from '../command-context.ts';
import type { PreviewOptions } from '../schedules/preview-schedule.ts';

/** `schedules`: when something is due. */
export function declareSchedules(program: Command, context: CommandContext): void {
  const schedules = program
    .command('schedules')
    .alias('schedule')
    .description('tell when a schedule is due')
    .addHelpText('after', EXAMPLES);
  schedules
    .command('next')
    .description('list when the schedules of all deployments are due, in order')
    .option('-n, --count <n>', 'so many times', '10')
    .action(async (options: { readonly count: string }, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printNextTimes } = await import('../schedules/next-times.ts');
        await printNextTimes(services, options, output);
      });
    });
  schedules
    .command('preview <expression...>')
    .description('list the next times of a cron expression, an interval, a recurrence rule or a time')
    .option('--tz <zone>', 'IANA time zone of its wall clock (default: that of this machine)')
    .option('-n, --count <n>', 'so many times', '5')
    .option('--from <time>', 'times later than this, ISO 8601 (default: now)')
    .option('--anchor <time>', 'where an interval or a rule begins (default: --from)')
    .option('--day-and', 'cron: the day of the month and the day of the week must both fit')
    .action(async (words: readonly string[], options: PreviewOptions, command: Command) => {
      const { createOutput } = await import('../output.ts');
      const { printPreview } = await import('../schedules/preview-schedule.ts');
      await printPreview(words.join(' '), options, await createOutput(context, command), context);
    });
}

const EXAMPLES = `
A schedule is a cron expression of five to seven fields (quote it: the shell reads *), @daily and the like,
"every 6h", a rule of RFC 5545, or one time.

Examples:
  $ mlflow-ts schedules preview "30 2 * * *" --tz Europe/Vienna
  $ mlflow-ts schedules preview "every 36h" --anchor 2026-01-01T06:00 -n 3
  $ mlflow-ts schedules preview "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=2;BYMINUTE=30;BYSECOND=0" --json`;
