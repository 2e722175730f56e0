import { BOX_FLAGS, type Box, type BoxFlag } from '../boxes/box.ts';
import type { SplitName } from '../tensor-cache.ts';
import { rangeOf, type Range } from './outliers.ts';

/** What the boxes of a detection dataset are like. */
export type BoxDescription = {
  readonly boxes: number;
  /** Images without any. */
  readonly background: number;
  /** Boxes in an image. */
  readonly perImage: Range;
  /** In the order of the class names; boxes of each split that the dataset has. */
  readonly classes: readonly BoxClassCount[];
  /** Parts of the image's width, height and area, 0..1. */
  readonly width: Range;
  readonly height: Range;
  readonly area: Range;
  /** By COCO's limits: below 32 × 32 pixels, below 96 × 96, and others. */
  readonly sizes: { readonly small: number; readonly medium: number; readonly large: number };
  readonly flags: Readonly<Record<BoxFlag, number>>;
};

export type BoxClassCount = {
  readonly class: string;
  readonly boxes: number;
  readonly splits: Readonly<Partial<Record<SplitName, number>>>;
};

export type BoxedImage = {
  readonly width: number;
  readonly height: number;
  readonly split: SplitName | null;
  readonly boxes: readonly Box[];
};

/** Sums up the boxes of images. `classNames` are those that labels index. */
export function describeBoxes(images: readonly BoxedImage[], classNames: readonly string[]): BoxDescription {
  const all = images.flatMap(({ boxes }) => boxes);
  const shares = images.flatMap((image) => image.boxes.map((box) => shareOf(box, image)));
  const areas = all.map((box) => (box.xmax - box.xmin) * (box.ymax - box.ymin));
  const small = areas.filter((area) => area < SMALL).length;
  const large = areas.filter((area) => area >= LARGE).length;
  return {
    boxes: all.length,
    background: images.filter(({ boxes }) => boxes.length === 0).length,
    perImage: rangeOf(images.map(({ boxes }) => boxes.length)),
    classes: countClasses(images, classNames),
    width: rangeOf(shares.map(({ width }) => width)),
    height: rangeOf(shares.map(({ height }) => height)),
    area: rangeOf(shares.map(({ width, height }) => width * height)),
    sizes: { small, medium: all.length - small - large, large },
    flags: Object.fromEntries(
      BOX_FLAGS.map((flag) => [flag, all.filter((box) => box[flag] === true).length]),
    ) as BoxDescription['flags'],
  };
}

const SMALL = 32 ** 2;
const LARGE = 96 ** 2;

/** Width and height of a box as parts of its image's. */
export function shareOf(
  box: Box,
  image: Pick<BoxedImage, 'width' | 'height'>,
): { readonly width: number; readonly height: number } {
  return { width: (box.xmax - box.xmin) / image.width, height: (box.ymax - box.ymin) / image.height };
}

function countClasses(images: readonly BoxedImage[], classNames: readonly string[]): BoxClassCount[] {
  type Counting = { class: string; boxes: number; splits: Partial<Record<SplitName, number>> };
  const counts = classNames.map((name): Counting => ({ class: name, boxes: 0, splits: {} }));
  for (const { split, boxes } of images) {
    for (const { label } of boxes) {
      const count = counts[label]!;
      count.boxes += 1;
      if (split !== null) count.splits[split] = (count.splits[split] ?? 0) + 1;
    }
  }
  return counts;
}
