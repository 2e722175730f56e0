import { deleteModel, findDeletableModels } from '../../app/delete-models.ts';
import type { DeleteModelsOptions } from '../../app/delete-models.ts';
import { exportModel } from '../../app/models.ts';
import type { AppServices } from '../../app/services.ts';
import type { CommandContext } from '../command-context.ts';
import { isSure } from '../is-sure.ts';
import { bytesText } from '../live/progress-text.ts';
import type { Output } from '../output.ts';
import { whileWaiting } from '../while-waiting.ts';

/** `models export` */
export async function exportOneModel(
  services: AppServices,
  model: string,
  target: string,
  options: { readonly force?: boolean },
  output: Output,
  context: CommandContext,
): Promise<void> {
  const exported = await whileWaiting(`exporting ${model}`, context, () =>
    exportModel(services, model, target, { force: options.force === true }),
  );
  if (output.json) {
    output.printJson(exported);
    return;
  }
  const { name, version, path, files } = exported;
  output.print(`Exported ${name} version ${version}: ${files} files to ${path}`);
}

/** `models delete`; asks first, unless told not to. */
export async function deleteModelVersions(
  services: AppServices,
  models: readonly string[],
  options: Partial<DeleteModelsOptions> & { readonly yes?: boolean },
  output: Output,
  context: CommandContext,
): Promise<void> {
  const { all = false, force = false } = options;
  const rows = await findDeletableModels(services, models, { all, force });
  const list = rows.map(({ modelName, version }) => `${modelName}/${version}`).join(', ');
  if (options.yes !== true && !(await isSure(`Delete the files of ${list}?`, context))) {
    output.remark('Nothing was deleted.');
    return;
  }
  const deleted: object[] = [];
  for (const row of rows) {
    const { modelName: name, version } = row;
    const bytes = await deleteModel(services, row);
    deleted.push({ name, version, deleted: true, bytes });
    if (!output.json) output.print(`Deleted the files of ${name} version ${version} (${bytesText(bytes)}).`);
  }
  if (output.json) output.printJson(deleted);
}
