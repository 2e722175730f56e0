import type { RegistryHealth } from '../../registry/maintenance/inspect-registry.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';

/** The tables of a registry with how many rows each has, or how many can be read of it. */
export function tablesText({ tables }: Pick<RegistryHealth, 'tables'>, { paint }: Output): string {
  return tableText(tables, [
    { heading: 'table', cell: ({ name }) => name },
    { heading: 'rows', align: 'right', cell: ({ rows }) => rows.toLocaleString('en-US') },
    { heading: '', cell: ({ readable }) => (readable ? '' : paint.red('not all of it can be read')) },
  ]);
}
