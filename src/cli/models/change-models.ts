import { deleteModel, exportModel } from '../../app/models.ts';
import type { AppServices } from '../../app/services.ts';
import type { CommandContext } from '../command-context.ts';
import { isSure } from '../is-sure.ts';
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
export async function deleteOneModel(
  services: AppServices,
  model: string,
  options: { readonly yes?: boolean },
  output: Output,
  context: CommandContext,
): Promise<void> {
  if (options.yes !== true && !(await isSure(`Delete the files of ${model}?`, context))) {
    output.remark('Nothing was deleted.');
    return;
  }
  const deleted = await deleteModel(services, model);
  if (output.json) output.printJson({ ...deleted, deleted: true });
  else output.print(`Deleted the files of ${deleted.name} version ${deleted.version}.`);
}
