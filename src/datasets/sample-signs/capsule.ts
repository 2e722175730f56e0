/** A thick line whose radius runs from `startRadius` to `endRadius`; pixels, x to the right, y down. */
export type Capsule = {
  readonly startX: number;
  readonly startY: number;
  readonly startRadius: number;
  readonly endX: number;
  readonly endY: number;
  readonly endRadius: number;
};

/** The smallest pixel rectangle that holds everything the capsules touch, cut to the canvas; the ends are exclusive. */
export function boundsOf(capsules: readonly Capsule[], size: number): PixelBounds {
  let [left, top, right, bottom] = [size, size, 0, 0];
  for (const { startX, startY, startRadius, endX, endY, endRadius } of capsules) {
    const reach = Math.max(startRadius, endRadius) + 1;
    left = Math.min(left, startX - reach, endX - reach);
    top = Math.min(top, startY - reach, endY - reach);
    right = Math.max(right, startX + reach, endX + reach);
    bottom = Math.max(bottom, startY + reach, endY + reach);
  }
  return {
    left: Math.max(0, Math.floor(left)),
    top: Math.max(0, Math.floor(top)),
    right: Math.min(size, Math.ceil(right)),
    bottom: Math.min(size, Math.ceil(bottom)),
  };
}

export type PixelBounds = {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
};

/** Where a point lies relative to a capsule, written by `locate`. */
export type CapsuleHit = {
  /**
   * Signed distance to the outline in pixels, negative inside, Infinity more than a pixel outside (Quilez, "2D distance
   * functions", sdSegment).
   */
  distance: number;
  /** From the centre line to the point, in radii: length 1 on the outline. */
  sideX: number;
  sideY: number;
};

/** Fills `hit` for the point; a reused object, because this runs some hundred thousand times an image. */
export function locate(capsule: Capsule, x: number, y: number, hit: CapsuleHit): void {
  const alongX = capsule.endX - capsule.startX;
  const alongY = capsule.endY - capsule.startY;
  const fromX = x - capsule.startX;
  const fromY = y - capsule.startY;
  const squared = alongX * alongX + alongY * alongY;
  const projected = squared === 0 ? 0 : (fromX * alongX + fromY * alongY) / squared;
  const share = projected < 0 ? 0 : projected > 1 ? 1 : projected;
  const radius = capsule.startRadius + (capsule.endRadius - capsule.startRadius) * share;
  const offX = fromX - alongX * share;
  const offY = fromY - alongY * share;
  const offSquared = offX * offX + offY * offY;
  const reach = radius + 1;
  hit.distance = offSquared < reach * reach ? Math.sqrt(offSquared) - radius : Infinity;
  hit.sideX = offX / radius;
  hit.sideY = offY / radius;
}
