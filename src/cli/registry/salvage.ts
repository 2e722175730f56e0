import { resolve } from 'node:path';
import { salvageRegistry, type SalvagedTable } from '../../registry/maintenance/salvage-registry.ts';
import type { CommandContext } from '../command-context.ts';
import type { Whereabouts } from './whereabouts.ts';
import { countText } from '../count-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { whileWaiting } from '../while-waiting.ts';
import { assertMayWrite } from './assert-may-write.ts';

/** `registry salvage` */
export async function salvage(
  { path, file, output }: Whereabouts,
  { from, force = false }: { readonly from?: string; readonly force?: boolean },
  context: CommandContext,
): Promise<void> {
  const damaged = from === undefined ? path : resolve(context.cwd, from);
  assertMayWrite(file, force, damaged, path);
  const tables = await whileWaiting('Reading', context, (tell) => {
    const progress = (table: string, rows: number): void => tell(`Reading ${table}: ${countText(rows, 'row')}`);
    return salvageRegistry(damaged, file, { clock: context.clock, progress });
  });
  const complete = tables.every((table) => table.complete && table.orphans === 0);
  if (output.json) {
    output.printJson({ registry: damaged, salvaged: file, complete, tables });
    return;
  }
  output.print(`${tablesText(tables, output)}\n`);
  output.print(complete ? `All of it could be read: ${file}` : `What could be read is in ${file}.`);
  output.remark(`\nPut it in the registry's place: mlflow-ts registry restore ${file}`);
}

function tablesText(tables: readonly SalvagedTable[], { paint }: Output): string {
  return tableText(tables, [
    { heading: 'table', cell: ({ name }) => name },
    { heading: 'rows', align: 'right', cell: ({ rows }) => rows.toLocaleString('en-US') },
    { heading: '', cell: (table) => lossText(table, paint) },
  ]);
}

function lossText({ complete, orphans }: SalvagedTable, paint: Output['paint']): string {
  const losses = [
    ...(complete ? [] : ['a part could not be read']),
    ...(orphans === 0 ? [] : [`${orphans.toLocaleString('en-US')} belonged to what was lost`]),
  ];
  return losses.length === 0 ? 'all' : paint.yellow(losses.join('; '));
}
