import type { Json } from '../../core/json.ts';
import type { Line } from './line.ts';

/** The rows of a task's live table as lines, aligned below a faint heading; members some rows lack are left empty. */
export function tableLines(rows: readonly Readonly<Record<string, Json>>[], indent: string): Line[] {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => keys.map((key) => cellText(row[key])));
  const widths = keys.map((key, index) => Math.max(key.length, ...cells.map((row) => row[index]!.length)));
  const isNumeric = keys.map((key) => rows.every((row) => row[key] === null || typeof row[key] === 'number'));
  const pad = (text: string, index: number): string =>
    isNumeric[index] === true ? text.padStart(widths[index]!) : text.padEnd(widths[index]!);
  const join = (texts: readonly string[]): string => `${indent}${texts.map(pad).join('  ')}`.trimEnd();
  return [
    [{ text: join(keys), tone: 'faint' }],
    ...cells.map((row, index) => [{ text: join(row), tone: toneOf(rows[index]!) } as const]),
  ];
}

/** Rows that name a state show it in its tone, as the runs around them do. */
function toneOf({ state }: Readonly<Record<string, Json>>): 'plain' | 'busy' | 'bad' {
  if (state === 'running') return 'busy';
  return state === 'failed' ? 'bad' : 'plain';
}

function cellText(value: Json | undefined): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  return typeof value === 'string' ? value : JSON.stringify(value);
}
