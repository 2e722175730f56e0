import Table from 'cli-table3';

export type Column<Row> = {
  readonly heading: string;
  readonly align?: 'left' | 'right';
  /** The heading is a name, not put in capitals. */
  readonly named?: boolean;
  readonly cell: (row: Row) => string;
};

/** Rows in aligned columns without borders, headings in capitals where they are no names; the last column is not padded. */
export function tableText<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const table = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [] },
    colAligns: columns.map(({ align }) => align ?? 'left'),
  });
  table.push(
    columns.map(({ heading, named }) => (named === true ? heading : heading.toUpperCase())),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  );
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
