import { scale, tickText } from '../../core/svg/scale.ts';

export type ChartLine = {
  readonly name: string;
  /** By rising x. */
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly paint: (text: string) => string;
};

type Size = { readonly columns: number; readonly rows: number };
type Cell = { dots: number; line: ChartLine | undefined };

/**
 * Lines as text: 2 × 4 braille dots a character, the second and further lines dotted, the axes named by their ends. The name of
 * each line stands above, in its colour.
 */
export function brailleChart(lines: readonly ChartLine[], { columns, rows }: Size): string {
  const points = lines.flatMap((line) => line.points);
  const [left, right] = [Math.min(...points.map((point) => point[0])), Math.max(...points.map((point) => point[0]))];
  const [low, high] = [Math.min(...points.map((point) => point[1])), Math.max(...points.map((point) => point[1]))];
  const marks = [tickText(high), tickText(low)];
  const margin = Math.max(...marks.map(({ length }) => length));
  const width = Math.max(8, columns - margin - 2);
  const x = scale('linear', [left, right], [0, width * 2 - 1]);
  const y = scale('linear', [low, high], [rows * 4 - 1, 0]);
  const cells = Array.from({ length: rows }, () =>
    Array.from({ length: width }, (): Cell => ({ dots: 0, line: undefined })),
  );
  for (const [index, line] of lines.entries()) {
    for (const [place, dot] of dotsAlong(line, x.at, y.at).entries()) {
      if (index > 0 && place % 3 === 2) continue;
      const cell = cells[dot.row >> 2]![dot.column >> 1]!;
      cell.dots |= DOTS[dot.row & 3]![dot.column & 1]!;
      cell.line = line;
    }
  }
  const rail = (row: number): string => {
    const mark = row === 0 ? marks[0]! : row === rows - 1 ? marks[1]! : '';
    return `${mark.padStart(margin)} ${mark === '' ? '│' : '┤'}`;
  };
  const ends = `${' '.repeat(margin + 2)}${tickText(left)}${tickText(right).padStart(width - tickText(left).length)}`;
  const legend = lines.map(({ name, paint }, index) => paint(`${index === 0 ? '──' : '╌╌'} ${name}`));
  return [
    `${' '.repeat(margin + 2)}${legend.join('   ')}`,
    ...cells.map((row, index) => (rail(index) + row.map(cellText).join('')).trimEnd()),
    ends,
  ].join('\n');
}

/** Bits of U+2800 by row and column of a character's dots. @see https://www.unicode.org/charts/PDF/U2800.pdf */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

function cellText({ dots, line }: Cell): string {
  if (dots === 0 || line === undefined) return ' ';
  return line.paint(String.fromCodePoint(0x2800 + dots));
}

type Dot = { readonly column: number; readonly row: number };

/** The dots of a line through its points, one after the other. */
function dotsAlong({ points }: ChartLine, xAt: (x: number) => number, yAt: (y: number) => number): Dot[] {
  const corners = points.map(([x, y]) => ({ column: Math.round(xAt(x)), row: Math.round(yAt(y)) }));
  return corners.flatMap((to, index) => {
    const from = corners[index - 1];
    return from === undefined ? [to] : between(from, to);
  });
}

/** Without the first. */
function between(from: Dot, to: Dot): Dot[] {
  const steps = Math.max(Math.abs(to.column - from.column), Math.abs(to.row - from.row));
  return Array.from({ length: steps }, (_, index) => {
    const share = (index + 1) / steps;
    return {
      column: Math.round(from.column + share * (to.column - from.column)),
      row: Math.round(from.row + share * (to.row - from.row)),
    };
  });
}
