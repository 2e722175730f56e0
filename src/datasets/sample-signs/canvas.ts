import { boundsOf, locate, type Capsule, type CapsuleHit } from './capsule.ts';

/** A square picture being drawn: `[size, size, 3]`, values around 0..255, clamped only when it is finished. */
export type Canvas = { readonly size: number; readonly pixels: Float32Array };

export type Colour = readonly [red: number, green: number, blue: number];

/** Round shading: side of the light as a unit vector in the picture, its strength, and how dark outlines get (0..1). */
export type Shading = {
  readonly lightX: number;
  readonly lightY: number;
  readonly strength: number;
  readonly rim: number;
};

export const FLAT: Shading = { lightX: 0, lightY: 0, strength: 0, rim: 0 };

/** A canvas of one colour. */
export function createCanvas(size: number): Canvas {
  return { size, pixels: new Float32Array(size * size * 3) };
}

/**
 * Draws the union of the capsules as one body: anti-aliased over one pixel, lit from the side, darker along its
 * outline, so that bodies drawn over each other stay distinguishable.
 */
export function paintBody(canvas: Canvas, capsules: readonly Capsule[], colour: Colour, shading: Shading): void {
  const { size, pixels } = canvas;
  const { left, top, right, bottom } = boundsOf(capsules, size);
  const hit: CapsuleHit = { distance: 0, sideX: 0, sideY: 0 };
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      locateNearest(capsules, x + 0.5, y + 0.5, hit);
      if (hit.distance >= 0.5) continue;
      const coverage = hit.distance < -0.5 ? 1 : 0.5 - hit.distance;
      const light = brightnessAt(hit, shading);
      const at = (y * size + x) * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        const before = pixels[at + channel]!;
        pixels[at + channel] = before + (colour[channel]! * light - before) * coverage;
      }
    }
  }
}

function locateNearest(capsules: readonly Capsule[], x: number, y: number, hit: CapsuleHit): void {
  let distance = Infinity;
  let sideX = 0;
  let sideY = 0;
  for (const capsule of capsules) {
    locate(capsule, x, y, hit);
    if (hit.distance >= distance) continue;
    distance = hit.distance;
    sideX = hit.sideX;
    sideY = hit.sideY;
  }
  hit.distance = distance;
  hit.sideX = sideX;
  hit.sideY = sideY;
}

function brightnessAt({ sideX, sideY }: CapsuleHit, { lightX, lightY, strength, rim }: Shading): number {
  const squared = sideX * sideX + sideY * sideY;
  return 1 + strength * (sideX * lightX + sideY * lightY) - rim * (squared < 1 ? squared * squared : 1);
}
