import { seededRandom, type SeededRandom } from '../../core/seeded-random.ts';
import { paintBackground } from './background.ts';
import { createCanvas, paintBody, type Canvas, type Colour, type Shading } from './canvas.ts';
import { drawPalette } from './colours.ts';
import { handBodies, type HandPlacement } from './hand.ts';
import { HAND_POSES, type Letter } from './poses.ts';

/** Width and height of a picture in pixels. */
export const SIGN_SIZE = 64;

/**
 * Draws one picture: uint8 `[64, 64, 3]`. The same letter and key give the same pixels on every machine; every key has
 * its own hand, place, colours, light, noise and background.
 */
export function drawSign(letter: Letter, key: readonly (string | number)[]): Uint8Array {
  const random = seededRandom('sample:signs', ...key, letter);
  const canvas = createCanvas(SIGN_SIZE);
  const palette = drawPalette(random);
  paintBackground(canvas, palette, random);
  const shading = drawShading(random);
  const { arm, parts } = handBodies(HAND_POSES[letter], drawPlacement(random), random);
  paintBody(canvas, arm, random.next() < SLEEVE_SHARE ? palette.sleeve : palette.skin, shading);
  for (const { capsules, brightness } of parts) paintBody(canvas, capsules, scaled(palette.skin, brightness), shading);
  return exposed(canvas, random);
}

const SLEEVE_SHARE = 0.5;

const scaled = ([red, green, blue]: Colour, factor: number): Colour => [red * factor, green * factor, blue * factor];

function drawPlacement(random: SeededRandom): HandPlacement {
  return {
    centreX: SIGN_SIZE * (0.5 + random.uniform(-0.085, 0.085)),
    centreY: SIGN_SIZE * (0.5 + random.uniform(-0.085, 0.085)),
    unit: SIGN_SIZE * random.uniform(0.5, 0.58),
    rotation: random.uniform(-0.19, 0.19),
    thickness: random.uniform(0.9, 1.12),
    looseness: 3,
  };
}

function drawShading(random: SeededRandom): Shading {
  const angle = random.uniform(-Math.PI, 0);
  return {
    lightX: Math.cos(angle),
    lightY: Math.sin(angle),
    strength: random.uniform(0.05, 0.25),
    rim: random.uniform(0.4, 0.6),
  };
}

/** What the camera does: uneven light across the picture, brightness, contrast and noise; then 0..255. */
function exposed({ size, pixels }: Canvas, random: SeededRandom): Uint8Array {
  const brightness = random.uniform(0.75, 1.2);
  const contrast = random.uniform(0.8, 1.15);
  const noise = random.uniform(1.5, 6);
  const angle = random.uniform(0, 2 * Math.PI);
  const slope = random.uniform(0, 0.3) / size;
  const [slopeX, slopeY] = [Math.cos(angle) * slope, Math.sin(angle) * slope];
  const result = new Uint8ClampedArray(pixels.length);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const light = brightness * (1 + (x - size / 2) * slopeX + (y - size / 2) * slopeY);
      const grain = noise * triangular(random);
      const at = (y * size + x) * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        result[at + channel] = 128 + (pixels[at + channel]! * light - 128) * contrast + grain;
      }
    }
  }
  return new Uint8Array(result.buffer);
}

/** Mean 0, standard deviation 1, from one draw: the sum of its two halves. */
function triangular(random: SeededRandom): number {
  const bits = random.next() * 2 ** 32;
  return ((bits >>> 16) + (bits & 0xffff) - 65_535) * TRIANGULAR_SCALE;
}

const TRIANGULAR_SCALE = Math.sqrt(6) / 65_536;
