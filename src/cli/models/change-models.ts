import { deleteModel, findDeletableModels } from '../../app/delete-models.ts';
import type { DeleteModelsOptions } from '../../app/delete-models.ts';
import { exportModel, parseOpset, type ExportFormat } from '../../app/export-model.ts';
import type { AppServices } from '../../app/services.ts';
import type { CommandContext } from '../command-context.ts';
import { countText } from '../count-text.ts';
import { isSure } from '../is-sure.ts';
import { bytesText } from '../live/progress-text.ts';
import type { Output } from '../output.ts';
import { whileWaiting } from '../while-waiting.ts';

export type ExportCommand = {
  readonly target: string | undefined;
  readonly format?: ExportFormat;
  readonly opset?: string;
  readonly force?: boolean;
};

/** `models export` */
export async function exportOneModel(
  services: AppServices,
  model: string,
  options: ExportCommand,
  output: Output,
  context: CommandContext,
): Promise<void> {
  const { target, format, force = false } = options;
  const opset = options.opset === undefined ? undefined : parseOpset(options.opset);
  const exported = await whileWaiting(`exporting ${model}`, context, () =>
    exportModel(services, model, target, { format, opset, force }),
  );
  if (output.json) {
    output.printJson(exported);
    return;
  }
  const { name, version, path, files } = exported;
  output.print(`Exported ${name} version ${version}: ${countText(files, 'file')} to ${path}`);
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
