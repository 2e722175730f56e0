import { diffData, type DataDiff } from '../../app/diff-data.ts';
import type { AppServices } from '../../app/services.ts';
import { shortId } from '../../core/ids.ts';
import { countText } from '../count-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { wholeNumber } from '../whole-number.ts';

export type DiffOptions = { readonly limit: string };

/** `data diff` */
export async function printDataDiff(
  services: AppServices,
  first: string,
  second: string,
  options: DiffOptions,
  output: Output,
): Promise<void> {
  const limit = wholeNumber('--limit', options.limit);
  const diff = await diffData(services, first, second);
  if (output.json) {
    output.printJson(diff);
    return;
  }
  output.print(`${output.paint.bold(headingText(diff))}\n${summaryText(diff)}`);
  if (diff.classes.length > 0) output.print(`\n${classesText(diff)}`);
  const lines = fileLines(diff);
  if (lines.length > 0) output.print(`\n${filesText(lines, limit)}`);
}

function headingText({ from, to }: DataDiff): string {
  return `${from.name} ${shortId(from.id)} → ${to.name} ${shortId(to.id)}`;
}

const KINDS = ['added', 'removed', 'changed', 'relabelled', 'renamed'] as const;

function summaryText(diff: DataDiff): string {
  const told = KINDS.filter((kind) => diff[kind].length > 0).map(
    (kind) => `${diff[kind].length.toLocaleString('en-US')} ${kind}`,
  );
  if (told.length === 0) return 'The same files with the same labels.';
  const { from, to } = diff;
  return `${told.join(' · ')} (${countText(from.samples, 'sample')} → ${to.samples.toLocaleString('en-US')})`;
}

function classesText({ classes }: DataDiff): string {
  const numbers = ['before', 'added', 'removed', 'changed', 'came', 'went', 'after'] as const;
  return tableText(classes, [
    { heading: 'class', cell: (row) => row.class },
    ...numbers.map((key) => ({
      heading: key,
      align: 'right' as const,
      cell: (row: DataDiff['classes'][number]) => row[key].toLocaleString('en-US'),
    })),
  ]);
}

type FileLine = { readonly kind: (typeof KINDS)[number]; readonly file: string; readonly classes: string };

function fileLines(diff: DataDiff): FileLine[] {
  return KINDS.flatMap((kind) =>
    diff[kind].map((file): FileLine => {
      if ('path' in file) return { kind, file: file.path, classes: classText(file) };
      const { from, to } = file;
      return { kind, file: arrowText(from.path, to.path), classes: arrowText(classText(from), classText(to)) };
    }),
  );
}

function classText({ class: name, boxes }: DataDiff['added'][number]): string {
  return boxes === undefined ? (name ?? '–') : countText(boxes, 'box', 'boxes');
}

function arrowText(from: string, to: string): string {
  return from === to ? to : `${from} → ${to}`;
}

function filesText(lines: readonly FileLine[], limit: number): string {
  const shown = KINDS.flatMap((kind) => lines.filter((line) => line.kind === kind).slice(0, limit));
  const table = tableText(shown, [
    { heading: 'file was', cell: ({ kind }) => kind },
    { heading: 'class', cell: ({ classes }) => classes },
    { heading: 'file', cell: ({ file }) => file },
  ]);
  const more = lines.length - shown.length;
  return more === 0 ? table : `${table}\nand ${countText(more, 'more file')}: see --limit and --json`;
}
