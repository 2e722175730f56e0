import { listModelAliases, promoteModel, removeModelAlias, rollbackModel } from '../../app/model-aliases.ts';
import type { AliasChange } from '../../app/model-aliases.ts';
import type { AppServices } from '../../app/services.ts';
import type { CommandContext } from '../command-context.ts';
import { isSure } from '../is-sure.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { agoText } from '../time-text.ts';

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

/** `models alias ls` */
export async function printAliases(services: AppServices, name: string, output: Output): Promise<void> {
  const rows = await listModelAliases(services, name);
  if (output.json) {
    output.printJson(rows);
    return;
  }
  if (rows.length === 0) {
    output.remark(`${name} has no alias. Give it one with: mlflow-ts models alias set ${name}/VERSION ALIAS`);
    return;
  }
  const now = services.clock.now();
  output.print(
    tableText(rows, [
      { heading: 'alias', cell: ({ alias }) => output.paint.green(alias) },
      { heading: 'version', align: 'right', cell: ({ version }) => String(version) },
      { heading: 'since', cell: ({ updatedAt }) => agoText(Date.parse(updatedAt), now) },
    ]),
  );
}

/** `models alias rm`; asks first when it is about the champion, which is what people and programs use. */
export async function removeOneAlias(
  services: AppServices,
  { name, alias }: { readonly name: string; readonly alias: string },
  options: { readonly reason?: string; readonly yes?: boolean },
  output: Output,
  context: CommandContext,
): Promise<void> {
  const question = `Leave ${name} without a ${alias}?`;
  if (alias === 'champion' && options.yes !== true && !(await isSure(question, context))) {
    output.remark('Nothing was changed.');
    return;
  }
  const removed = await removeModelAlias(services, name, alias, options);
  if (output.json) output.printJson({ ...removed, removed: true });
  else output.print(`${name}: ${alias} was taken from version ${removed.previousVersion}.`);
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
