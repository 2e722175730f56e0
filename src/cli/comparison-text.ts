import type { ComparedRow } from '../app/compared-rows.ts';
import type { Json } from '../core/json.ts';
import { tableText } from './table.ts';
import { durationText } from './time-text.ts';

/** A line of a comparison: what it is about, and a cell for each of those compared. */
export type ShownRow = { readonly about: string; readonly cells: readonly string[] };

/** Rows of one kind as they are shown; without `all` only those that differ. */
export function rowsOf(kind: string, rows: readonly ComparedRow[], all: boolean): ShownRow[] {
  return rows
    .filter(({ differs }) => all || differs)
    .map(({ key, values }) => ({
      about: kind === '' ? key.replace(/Ms$/, '') : `${kind} ${key}`,
      cells: values.map((value) => cellText(key, value)),
    }));
}

/** The things that are compared side by side. */
export function comparisonText(headings: readonly string[], rows: readonly ShownRow[]): string {
  return tableText(rows, [
    { heading: '', cell: ({ about }) => about },
    ...headings.map((heading, at) => ({ heading, named: true, cell: ({ cells }: ShownRow) => cells[at]! })),
  ]);
}

/** Hashes are cut, as in the lists. */
const SHOWN_HASH_LENGTH = 12;
/** Characters; --json has all of it. */
const LONGEST_CELL = 60;

function cellText(key: string, value: Json): string {
  if (value === null) return '–';
  if (key === 'tookMs' && typeof value === 'number') return durationText(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (/^[0-9a-f]{64}$/.test(text)) return text.slice(0, SHOWN_HASH_LENGTH);
  return text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL - 1)}…` : text;
}
