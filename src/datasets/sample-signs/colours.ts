import type { SeededRandom } from '../../core/seeded-random.ts';
import type { Colour } from './canvas.ts';

/** Skin and surroundings of one picture; the surroundings always differ visibly in brightness from the skin. */
export type Palette = {
  readonly skin: Colour;
  readonly background: readonly [Colour, Colour];
  readonly sleeve: Colour;
};

/** Draws the colours of one picture. */
export function drawPalette(random: SeededRandom): Palette {
  const skin = drawSkin(random);
  const near = drawAway(skin, random);
  return { skin, background: [near, drawNeighbour(near, skin, random)], sleeve: drawAny(random) };
}

/** A colour close to `colour` that still stands apart from the skin: the second end of a gradient, or clutter. */
export function drawNeighbour(colour: Colour, skin: Colour, random: SeededRandom): Colour {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const near = mapColour(colour, (value) => value + random.uniform(-NEIGHBOURHOOD, NEIGHBOURHOOD));
    if (isApart(near, skin)) return near;
  }
  return colour;
}

const SKIN_LIGHT: Colour = [240, 200, 172];
const SKIN_DARK: Colour = [142, 96, 70];
const LEAST_CONTRAST = 48;
const NEIGHBOURHOOD = 38;
const MAX_ATTEMPTS = 8;

function drawSkin(random: SeededRandom): Colour {
  const share = random.next();
  const tint = random.uniform(-10, 10);
  return [0, 1, 2].map((channel) => {
    const tone = SKIN_LIGHT[channel]! + (SKIN_DARK[channel]! - SKIN_LIGHT[channel]!) * share;
    return tone + tint + random.uniform(-6, 6);
  }) as unknown as Colour;
}

function drawAway(skin: Colour, random: SeededRandom): Colour {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const colour = drawAny(random);
    if (isApart(colour, skin)) return colour;
  }
  return [24, 28, 34];
}

function drawAny(random: SeededRandom): Colour {
  const brightness = random.uniform(25, 160);
  return [0, 1, 2].map(() => brightness + random.uniform(-25, 25)) as unknown as Colour;
}

function isApart(colour: Colour, skin: Colour): boolean {
  return luminance(skin) - luminance(colour) >= LEAST_CONTRAST;
}

/** Rec. 601 luma. */
function luminance([red, green, blue]: Colour): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

function mapColour([red, green, blue]: Colour, change: (value: number) => number): Colour {
  return [change(red), change(green), change(blue)];
}
