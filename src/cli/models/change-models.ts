import { deleteModel, exportModel, promoteModel, rollbackModel } from '../../app/models.ts';
import type { AliasChange } from '../../app/models.ts';
import type { AppServices } from '../../app/services.ts';
import type { CommandContext } from '../command-context.ts';
import { isSure } from '../is-sure.ts';
import type { Output } from '../output.ts';
import { whileWaiting } from '../while-waiting.ts';

type AliasOptions = { readonly alias?: string; readonly reason?: string };

/** `models promote` */
export async function promoteOneModel(
  services: AppServices,
  model: string,
  options: AliasOptions,
  output: Output,
): Promise<void> {
  tellAlias(await promoteModel(services, model, options), output);
}

/** `models rollback` */
export async function rollBackModel(
  services: AppServices,
  name: string,
  options: AliasOptions,
  output: Output,
): Promise<void> {
  tellAlias(await rollbackModel(services, name, options), output);
}

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

function tellAlias(change: AliasChange, output: Output): void {
  if (output.json) {
    output.printJson(change);
    return;
  }
  const { name, alias, version, previousVersion } = change;
  const before = previousVersion === null ? 'nobody before' : `version ${previousVersion} before`;
  output.print(`${name}: ${alias} is now version ${version} (${before}).`);
}
