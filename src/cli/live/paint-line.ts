import type { ChalkInstance } from 'chalk';
import type { Line, Tone } from './line.ts';

/** The pieces of a line in the colours of their tones. */
export function paintLine(pieces: Line, paint: ChalkInstance): string {
  const tones: Record<Tone, (text: string) => string> = {
    plain: (text) => text,
    strong: paint.bold,
    faint: paint.dim,
    good: paint.green,
    bad: paint.red,
    busy: paint.cyan,
  };
  return pieces.map(({ text, tone }) => tones[tone](text)).join('');
}
