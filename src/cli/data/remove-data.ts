import { findRemovableData, removeData } from '../../app/remove-data.ts';
import type { RemovedData } from '../../app/remove-data.ts';
import type { AppServices } from '../../app/services.ts';
import { shortId } from '../../core/ids.ts';
import type { CommandContext } from '../command-context.ts';
import { countText } from '../count-text.ts';
import { isSure } from '../is-sure.ts';
import { bytesText } from '../live/progress-text.ts';
import type { Output } from '../output.ts';

/** `data rm`; asks first, unless told not to. */
export async function removeDataVersions(
  services: AppServices,
  wanted: readonly string[],
  options: { readonly yes?: boolean; readonly force?: boolean },
  output: Output,
  context: CommandContext,
): Promise<void> {
  const rows = await findRemovableData(services, wanted, { force: options.force === true });
  const list = rows.map(({ id, name }) => `${name} ${shortId(id)}`).join(', ');
  if (options.yes !== true && !(await isSure(`Remove ${list} with its tensor caches from this machine?`, context))) {
    output.remark('Nothing was removed.');
    return;
  }
  const removed: RemovedData[] = [];
  for (const row of rows) removed.push(await removeData(services, row));
  if (output.json) {
    output.printJson(removed);
    return;
  }
  for (const { id, name, tensorCaches, objects, bytes, forgotten } of removed) {
    const what = `${countText(objects, 'file')} and ${countText(tensorCaches, 'tensor cache')}`;
    output.print(`Removed ${name} ${shortId(id)}: ${what}, ${bytesText(bytes)}.`);
    if (!forgotten) output.remark('Trainings name it, so it stays in the list; its files are gone.');
  }
}
