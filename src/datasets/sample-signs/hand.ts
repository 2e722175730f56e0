import type { SeededRandom } from '../../core/seeded-random.ts';
import type { Capsule } from './capsule.ts';
import type { FingerPose, HandPose } from './poses.ts';

/** Where and how large a hand stands in the picture: centre and unit (half a palm's height, about) in pixels. */
export type HandPlacement = {
  readonly centreX: number;
  readonly centreY: number;
  readonly unit: number;
  /** Radians, clockwise, added to the pose's own turn. */
  readonly rotation: number;
  /** Factor on the thickness of all parts. */
  readonly thickness: number;
  /** Standard deviation of every joint angle, degrees. */
  readonly looseness: number;
};

/** What is painted as one body each, in painting order: what comes later covers what comes before. */
export type HandBodies = { readonly arm: readonly Capsule[]; readonly parts: readonly HandPart[] };

/** One body of the hand and how bright it is: what is nearer to the viewer catches more light. */
export type HandPart = { readonly capsules: readonly Capsule[]; readonly brightness: number };

/**
 * The bodies of one hand in pixels. Two hands of the same pose differ in their joint angles and finger lengths, which
 * are drawn from `random`.
 */
export function handBodies(pose: HandPose, placement: HandPlacement, random: SeededRandom): HandBodies {
  const toPixels = placer(pose, placement);
  const loosen = (finger: FingerPose): FingerPose => ({
    base: { ...finger.base, angle: finger.base.angle + placement.looseness * random.normal() },
    tip: { ...finger.tip, angle: finger.tip.angle + placement.looseness * random.normal() },
  });
  const fingers = KNUCKLES.map((knuckle, index) => {
    const length = knuckle.length * random.uniform(0.92, 1.08);
    return bones(knuckle, loosen(pose.fingers[index]!), length, FINGER_RADIUS).map(toPixels);
  }).reverse();
  const thumb = bones(THUMB_ROOT, loosen(pose.thumb), random.uniform(0.93, 1.07), THUMB_RADIUS).map(toPixels);
  const palmPart = { capsules: PALM.map(toPixels), brightness: 0.86 };
  const fingerParts = fingers.map((capsules) => ({ capsules, brightness: 0.98 }));
  const thumbPart = { capsules: thumb, brightness: 1.1 };
  return {
    arm: armBelow(pose, random).map(toPixels),
    parts: pose.thumb.layer === 'under' ? [palmPart, thumbPart, ...fingerParts] : [palmPart, ...fingerParts, thumbPart],
  };
}

type Root = { readonly x: number; readonly y: number };

/** Index to little finger; the palm's centre is (0, 0), up is negative, full lengths in units. */
const KNUCKLES = [
  { x: 0.27, y: -0.2, length: 0.68 },
  { x: 0.09, y: -0.25, length: 0.75 },
  { x: -0.09, y: -0.23, length: 0.7 },
  { x: -0.27, y: -0.16, length: 0.56 },
] as const;
const FINGER_RADIUS = { start: 0.098, end: 0.078 };
const THUMB_ROOT: Root = { x: 0.25, y: 0.2 };
const THUMB_RADIUS = { start: 0.115, end: 0.085 };

const PALM: readonly Capsule[] = [
  capsule(-0.14, -0.04, 0.22, 0.14, -0.06, 0.22),
  capsule(-0.1, 0, 0.24, -0.05, 0.34, 0.2),
  capsule(0.1, 0, 0.24, 0.05, 0.34, 0.2),
];
/** What is turned about and put on the placement's centre: a little above the palm, so that fingers have room. */
const PIVOT: Root = { x: 0, y: -0.2 };

function bones(root: Root, pose: FingerPose, length: number, radius: { start: number; end: number }): Capsule[] {
  const joint = step(root, pose.base.angle, pose.base.length * length);
  const end = step(joint, pose.tip.angle, pose.tip.length * length);
  const middle = (radius.start + radius.end) / 2;
  return [
    capsule(root.x, root.y, radius.start, joint.x, joint.y, middle),
    capsule(joint.x, joint.y, middle, end.x, end.y, radius.end),
  ];
}

/** The forearm leaves the wrist; a hand that is turned far is bent at the wrist as well. */
function armBelow(pose: HandPose, random: SeededRandom): Capsule[] {
  const wrist: Root = { x: 0, y: 0.34 };
  const bend = -pose.turn * WRIST_SHARE + ARM_SPREAD_DEGREES * random.normal();
  const elbow = step(wrist, 180 + bend, 2.4);
  return [capsule(wrist.x, wrist.y, 0.19, elbow.x, elbow.y, 0.3)];
}

const WRIST_SHARE = 0.25;
const ARM_SPREAD_DEGREES = 8;

function step(from: Root, angleDegrees: number, length: number): Root {
  const angle = angleDegrees * RADIANS_PER_DEGREE;
  return { x: from.x + Math.sin(angle) * length, y: from.y - Math.cos(angle) * length };
}

function placer(pose: HandPose, placement: HandPlacement): (part: Capsule) => Capsule {
  const angle = pose.turn * RADIANS_PER_DEGREE + placement.rotation;
  const across = Math.cos(angle) * placement.unit;
  const down = Math.sin(angle) * placement.unit;
  const place = (x: number, y: number): Root => ({
    x: placement.centreX + (x - PIVOT.x) * across - (y - PIVOT.y) * down,
    y: placement.centreY + (x - PIVOT.x) * down + (y - PIVOT.y) * across,
  });
  const width = placement.unit * placement.thickness;
  return (part) => {
    const start = place(part.startX, part.startY);
    const end = place(part.endX, part.endY);
    return capsule(start.x, start.y, part.startRadius * width, end.x, end.y, part.endRadius * width);
  };
}

function capsule(
  startX: number,
  startY: number,
  startRadius: number,
  endX: number,
  endY: number,
  endRadius: number,
): Capsule {
  return { startX, startY, startRadius, endX, endY, endRadius };
}

const RADIANS_PER_DEGREE = Math.PI / 180;
