import type { SeededRandom } from '../../core/seeded-random.ts';
import { FLAT, paintBody, type Canvas, type Colour } from './canvas.ts';
import { drawNeighbour, type Palette } from './colours.ts';

/** Fills the canvas with a gradient in a random direction, then with clutter: blobs, bars and thin lines. */
export function paintBackground(canvas: Canvas, palette: Palette, random: SeededRandom): void {
  paintGradient(canvas, palette.background, random);
  const shapes = FEWEST_SHAPES + random.integer(MORE_SHAPES + 1);
  for (let shape = 0; shape < shapes; shape += 1) {
    const colour = drawNeighbour(palette.background[random.integer(2)]!, palette.skin, random);
    paintBody(canvas, [drawShape(canvas.size, random)], colour, FLAT);
  }
}

const FEWEST_SHAPES = 2;
const MORE_SHAPES = 4;

function paintGradient({ size, pixels }: Canvas, [from, to]: readonly [Colour, Colour], random: SeededRandom): void {
  const angle = random.uniform(0, 2 * Math.PI);
  const diagonal = size * Math.SQRT2;
  const [stepX, stepY] = [Math.cos(angle) / diagonal, Math.sin(angle) / diagonal];
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const share = 0.5 + (x - size / 2) * stepX + (y - size / 2) * stepY;
      for (let channel = 0; channel < 3; channel += 1) {
        pixels[(y * size + x) * 3 + channel] = from[channel]! + (to[channel]! - from[channel]!) * share;
      }
    }
  }
}

function drawShape(size: number, random: SeededRandom) {
  const thin = random.next() < 0.4;
  const radius = size * (thin ? random.uniform(0.01, 0.025) : random.uniform(0.06, 0.16));
  const length = size * (thin ? random.uniform(0.4, 1) : random.uniform(0, 0.4));
  const angle = random.uniform(0, 2 * Math.PI);
  const startX = random.uniform(0, size);
  const startY = random.uniform(0, size);
  const endX = startX + Math.cos(angle) * length;
  const endY = startY + Math.sin(angle) * length;
  return { startX, startY, startRadius: radius, endX, endY, endRadius: radius };
}
