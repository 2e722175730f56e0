import { inspectRegistry } from '../../registry/maintenance/inspect-registry.ts';
import type { CommandContext } from '../command-context.ts';
import type { Whereabouts } from './whereabouts.ts';
import { bytesText } from '../live/progress-text.ts';
import { whileWaiting } from '../while-waiting.ts';
import { tablesText } from './health-text.ts';

/** `registry check` */
export async function check({ path, file, output }: Whereabouts, context: CommandContext): Promise<void> {
  const health = await whileWaiting(`Reading ${file}`, context, () => Promise.resolve(inspectRegistry(file, 'full')));
  const fits = health.sound && !health.isNewer;
  if (!fits) context.end({ kind: 'unhealthy' });
  if (output.json) {
    output.printJson(health);
    return;
  }
  const { paint } = output;
  const schema = health.schemaVersion === null ? '' : `, schema ${health.schemaVersion}`;
  output.print(`${paint.bold(file)} (${bytesText(health.bytes)}${schema})\n`);
  if (health.tables.length > 0) output.print(`${tablesText(health, output)}\n`);
  for (const problem of health.problems) output.print(paint.red(problem));
  if (fits) output.print(paint.green('The registry is sound.'));
  else if (health.sound)
    output.print(paint.red('The registry is sound, but written by a newer mlflow-ts: use that one.'));
  else output.print(remedy(file === path ? '' : ` --from ${file}`));
}

/** What to do about a damaged registry. */
function remedy(from: string): string {
  return `The registry is damaged. Restore a backup: mlflow-ts registry restore FILE\nor save what can be read: mlflow-ts registry salvage NEWFILE${from}`;
}
