/**
 * How a finger lies, seen from the front: two straight phalanges. Angles are degrees from "up", positive towards the
 * thumb; lengths are shares of the finger's full length.
 */
export type FingerPose = {
  readonly base: { readonly angle: number; readonly length: number };
  readonly tip: { readonly angle: number; readonly length: number };
};

/** As a finger, but lengths are shares of the palm's unit; `under` thumbs are covered by the fingers. */
export type ThumbPose = FingerPose & { readonly layer: 'over' | 'under' };

export type HandPose = {
  /** Index, middle, ring, little finger. */
  readonly fingers: readonly [FingerPose, FingerPose, FingerPose, FingerPose];
  readonly thumb: ThumbPose;
  /** Degrees the whole hand is turned clockwise from pointing up. */
  readonly turn: number;
};

export type Letter = keyof typeof HAND_POSES;

const finger = (baseAngle: number, baseLength: number, tipAngle: number, tipLength: number): FingerPose => ({
  base: { angle: baseAngle, length: baseLength },
  tip: { angle: tipAngle, length: tipLength },
});
const straight = (angle: number): FingerPose => finger(angle, 0.5, angle, 0.5);
const folded = finger(0, 0.1, 180, 0.4);
const draped = finger(0, 0.16, 180, 0.95);
const clawed = finger(0, 0.42, 180, 0.32);
const hooked = finger(-8, 0.6, 100, 0.42);
const arched = (angle: number): FingerPose => finger(angle, 0.46, angle + 66, 0.46);
const pinched = (angle: number): FingerPose => finger(angle, 0.38, angle + 112, 0.4);

const thumb = (
  layer: ThumbPose['layer'],
  baseAngle: number,
  baseLength: number,
  tipAngle: number,
  tipLength: number,
): ThumbPose => ({ ...finger(baseAngle, baseLength, tipAngle, tipLength), layer });
const thumbAlong = thumb('over', 36, 0.32, -4, 0.34);
const thumbOut = thumb('over', 66, 0.3, 76, 0.3);
const thumbOverPalm = thumb('over', -28, 0.14, -88, 0.36);
const thumbOverFist = thumb('over', -2, 0.2, -84, 0.46);
const thumbRound = thumb('over', 74, 0.3, 34, 0.26);
const thumbToTips = thumb('over', 50, 0.26, 10, 0.3);

/**
 * The American manual alphabet, simplified to a flat figure; J and Z, which are movements, are shown tilted.
 */
export const HAND_POSES = {
  A: { fingers: [folded, folded, folded, folded], thumb: thumbAlong, turn: 0 },
  B: { fingers: [straight(1), straight(0), straight(-1), straight(-2)], thumb: thumbOverPalm, turn: 0 },
  C: { fingers: [arched(16), arched(6), arched(0), arched(-4)], thumb: thumbRound, turn: 8 },
  D: { fingers: [straight(-2), pinched(24), pinched(14), pinched(8)], thumb: thumbToTips, turn: 0 },
  E: { fingers: [clawed, clawed, clawed, clawed], thumb: thumb('over', -62, 0.16, -96, 0.4), turn: 0 },
  F: { fingers: [pinched(22), straight(-2), straight(-14), straight(-26)], thumb: thumbToTips, turn: 0 },
  G: { fingers: [straight(2), folded, folded, folded], thumb: thumb('over', 28, 0.3, 4, 0.3), turn: -80 },
  H: { fingers: [straight(1), straight(0), folded, folded], thumb: thumbOverFist, turn: -80 },
  I: { fingers: [folded, folded, folded, straight(-2)], thumb: thumbOverFist, turn: 0 },
  J: { fingers: [folded, folded, folded, straight(-12)], thumb: thumbAlong, turn: -52 },
  K: { fingers: [straight(2), straight(-40), folded, folded], thumb: thumb('over', -8, 0.4, -16, 0.42), turn: 0 },
  L: { fingers: [straight(-2), folded, folded, folded], thumb: thumbOut, turn: 0 },
  M: { fingers: [draped, draped, draped, folded], thumb: thumb('under', -70, 0.5, -74, 0.34), turn: 0 },
  N: { fingers: [draped, draped, folded, folded], thumb: thumb('under', -38, 0.42, -30, 0.44), turn: 0 },
  O: { fingers: [pinched(28), pinched(16), pinched(8), pinched(2)], thumb: thumbRound, turn: 8 },
  P: { fingers: [straight(2), straight(-40), folded, folded], thumb: thumb('over', -8, 0.4, -16, 0.42), turn: -128 },
  Q: { fingers: [straight(2), folded, folded, folded], thumb: thumb('over', 28, 0.3, 4, 0.3), turn: -172 },
  R: { fingers: [straight(-30), straight(24), folded, folded], thumb: thumbOverFist, turn: 0 },
  S: { fingers: [folded, folded, folded, folded], thumb: thumbOverFist, turn: 0 },
  T: { fingers: [draped, folded, folded, folded], thumb: thumb('over', -18, 0.36, -14, 0.42), turn: 0 },
  U: { fingers: [straight(1), straight(0), folded, folded], thumb: thumbOverFist, turn: 0 },
  V: { fingers: [straight(16), straight(-14), folded, folded], thumb: thumbOverFist, turn: 0 },
  W: { fingers: [straight(18), straight(0), straight(-18), folded], thumb: thumbOverFist, turn: 0 },
  X: { fingers: [hooked, folded, folded, folded], thumb: thumbOverFist, turn: 0 },
  Y: { fingers: [folded, folded, folded, straight(-34)], thumb: thumbOut, turn: 0 },
  Z: { fingers: [straight(0), folded, folded, folded], thumb: thumbOverFist, turn: 42 },
} as const satisfies Readonly<Record<string, HandPose>>;

/** The classes, in the order of the alphabet. */
export const LETTERS = Object.keys(HAND_POSES) as readonly Letter[];
