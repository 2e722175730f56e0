import { loadSharp } from '../core/load-sharp.ts';
import { escapeXml } from '../core/svg/element.ts';
import type { EvaluationReport } from './evaluate.ts';

/** The confusion matrix as a PNG: a row a true class, a column a predicted one; the darker, the larger its share of the row. */
export async function confusionMatrixPng(report: EvaluationReport, classNames: readonly string[]): Promise<Buffer> {
  const sharp = loadSharp();
  return sharp(Buffer.from(confusionMatrixSvg(report, classNames)))
    .png()
    .toBuffer();
}

/** The same picture as SVG text. */
export function confusionMatrixSvg(
  { confusionMatrix, accuracy, samples }: EvaluationReport,
  classNames: readonly string[],
): string {
  const margin = 30 + LETTER_WIDTH * Math.min(LONGEST_NAME, Math.max(...classNames.map(({ length }) => length), 1));
  const top = margin + 24;
  const side = CELL * classNames.length;
  const place = (index: number): number => (index + 0.5) * CELL;
  const rows = classNames.map((name, row) => [
    text(margin - 6, top + place(row), shorten(name), 'end'),
    `<g transform="translate(${margin + place(row)} ${top - 6}) rotate(-60)">${text(0, 0, shorten(name), 'start')}</g>`,
    ...drawRow(confusionMatrix[row] ?? [], margin, top + CELL * row),
  ]);
  const title = `accuracy ${(100 * accuracy).toFixed(1)} % of ${samples} samples; rows: true class, columns: predicted class`;
  const width = Math.max(margin + side + 40, TITLE_WIDTH);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top + side + 20}" font-family="sans-serif" font-size="11">`,
    '<rect width="100%" height="100%" fill="white"/>',
    text(10, 16, title, 'start'),
    ...rows.flat(),
    `<rect x="${margin}" y="${top}" width="${side}" height="${side}" fill="none" stroke="#888"/>`,
    '</svg>',
  ].join('\n');
}

const CELL = 28;
const LETTER_WIDTH = 6;
const LONGEST_NAME = 20;
const TITLE_WIDTH = 480;

function drawRow(counts: readonly number[], left: number, y: number): string[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.flatMap((count, column) => {
    if (count === 0) return [];
    const share = count / total;
    const x = left + CELL * column;
    return [
      `<rect x="${x}" y="${y}" width="${CELL}" height="${CELL}" fill="#1f4e9c" fill-opacity="${(0.08 + 0.92 * share).toFixed(3)}"/>`,
      text(x + CELL / 2, y + CELL / 2, String(count), 'middle', share > 0.5 ? 'white' : 'black'),
    ];
  });
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end', fill = 'black'): string {
  return `<text x="${x}" y="${y + 4}" text-anchor="${anchor}" fill="${fill}">${escapeXml(content)}</text>`;
}

function shorten(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}
