import type { AnnotatedImage, AnnotatedObject, ImageSize } from './annotated-image.ts';
import type { AnnotationProblemKind, ProblemTally } from './annotation-problems.ts';
import { BOX_FLAGS, type Box } from './box.ts';

/** A box whose class is still a name. */
export type NamedBox = Omit<Box, 'label'> & { readonly class: string };

/**
 * The boxes of an image of this size: cut at its edges, in thousandths of a pixel, in an order of their own, so that the same boxes
 * are the same however they were listed. What cannot be a box is left out and told.
 */
export function fitBoxes(image: AnnotatedImage, size: ImageSize, problems: ProblemTally): NamedBox[] {
  const boxes = new Map<string, NamedBox>();
  for (const object of image.objects) {
    const told = `${image.toldBy} (${object.class})`;
    const unfit = whyUnfit(object, size);
    if (unfit !== undefined) {
      problems.add(unfit, told);
      continue;
    }
    if (reachesOut(object, size)) problems.add('clipped', told);
    const box = cutToFit(object, size);
    const key = JSON.stringify(box);
    if (boxes.has(key)) problems.add('duplicate', told);
    boxes.set(key, box);
  }
  return [...boxes.values()].sort(byPlace);
}

function whyUnfit(object: AnnotatedObject, size: ImageSize): AnnotationProblemKind | undefined {
  if (object.class === '') return 'no-class';
  if (!object.edges.every(Number.isFinite)) return 'not-numbers';
  const [left, top, right, bottom] = object.edges;
  if (right <= left || bottom <= top) return 'no-extent';
  const { xmin, ymin, xmax, ymax } = cutToFit(object, size);
  return xmax > xmin && ymax > ymin ? undefined : 'outside';
}

/** Many programs that write VOC's files count from 0: one pixel too far says nothing. */
function reachesOut({ edges: [left, top, right, bottom] }: AnnotatedObject, { width, height }: ImageSize): boolean {
  return Math.max(-left, -top, right - width, bottom - height) > 1;
}

function cutToFit({ class: name, edges, flags }: AnnotatedObject, { width, height }: ImageSize): NamedBox {
  const [left, top, right, bottom] = edges;
  return {
    class: name,
    xmin: thousandths(clamp(left, width)),
    ymin: thousandths(clamp(top, height)),
    xmax: thousandths(clamp(right, width)),
    ymax: thousandths(clamp(bottom, height)),
    ...Object.fromEntries(BOX_FLAGS.filter((flag) => flags.includes(flag)).map((flag) => [flag, true] as const)),
  };
}

function clamp(edge: number, most: number): number {
  return Math.min(Math.max(edge, 0), most);
}

/** `x + width` of decimal fractions is not exact. */
function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function byPlace(left: NamedBox, right: NamedBox): number {
  if (left.class !== right.class) return left.class < right.class ? -1 : 1;
  return (
    left.xmin - right.xmin ||
    left.ymin - right.ymin ||
    left.xmax - right.xmax ||
    left.ymax - right.ymax ||
    (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1)
  );
}
