import { isMislabelled, type ImageFormat } from '../decode/image-format.ts';
import { SPLIT_NAMES, type BrokenImage, type SplitName } from '../tensor-cache.ts';
import type { Box } from '../boxes/box.ts';
import { describeBoxes, type BoxDescription } from './describe-boxes.ts';
import type { ImageMeasure } from './measure-image.ts';
import { findNearDuplicates } from './near-duplicates.ts';
import { rangeOf, spreadOf, type Range } from './outliers.ts';

/** An image that was looked at, with its place in the dataset. */
export type PlacedImage = ImageMeasure &
  ImageName & {
    /** Its class, or the classes of its boxes. */
    readonly shows: readonly string[];
    /** Of a detection dataset. */
    readonly boxes?: readonly Box[];
  };

/** `class` is null in a detection dataset. */
export type ImageName = { readonly path: string; readonly class: string | null; readonly split: SplitName | null };

/** What is in a dataset, in numbers. */
export type DatasetDescription = {
  /** Images that could be read. */
  readonly images: number;
  readonly unreadable: readonly BrokenImage[];
  /** In the order of the class names; of a detection dataset images with any box of the class. */
  readonly classes: readonly ClassCount[];
  /** Of a detection dataset; null of others. */
  readonly boxes: BoxDescription | null;
  readonly sizes: {
    /** The commonest first, at most ten. */
    readonly common: readonly { readonly width: number; readonly height: number; readonly images: number }[];
    readonly distinct: number;
    readonly width: Range;
    readonly height: Range;
    /** Width divided by height. */
    readonly aspectRatio: Range;
  };
  /** Images of each format, by the bytes of their files; none where samples have no files of their own. */
  readonly formats: Readonly<Partial<Record<ImageFormat, number>>>;
  /** Files whose names end as those of another format; they are read as what they are. */
  readonly mislabelled: readonly { readonly path: string; readonly format: ImageFormat }[];
  /** Images whose pixels are all grey, and others. */
  readonly channels: { readonly grey: number; readonly colour: number };
  /**
   * Of values 0..1, every image counting the same: one number each when all images are grey, else of red, green and blue.
   * `std` is of all pixels around the mean of all.
   */
  readonly pixels: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /** Mean of the grey image, 0..1. */
  readonly brightness: ImageSpread;
  /** Variance of its Laplacian. */
  readonly sharpness: ImageSpread;
  readonly nearDuplicates: NearDuplicates;
};

export type ClassCount = {
  readonly class: string;
  readonly images: number;
  /** Those that the dataset has. */
  readonly splits: Readonly<Partial<Record<SplitName, number>>>;
};
export type ImageSpread = Range & {
  readonly outliers: readonly (ImageName & { readonly value: number; readonly score: number })[];
};

export type NearDuplicates = {
  /** Images that have another one like them. */
  readonly images: number;
  readonly acrossSplits: number;
  readonly acrossClasses: number;
  /** Groups of images that look alike; those across splits or classes first, then the largest. */
  readonly groups: readonly (readonly ImageName[])[];
};

/** The splits that hold any image, in their usual order. */
export function filledSplits({ classes }: Pick<DatasetDescription, 'classes'>): readonly SplitName[] {
  return SPLIT_NAMES.filter((split) => classes.some(({ splits }) => (splits[split] ?? 0) > 0));
}

/** Whether images that look alike lie in several splits or classes: that spoils scores or labels. */
export function isAcross(group: readonly ImageName[]): boolean {
  return spans(group, 'split') || spans(group, 'class');
}

/** Sums up what was measured. `classNames` are those that labels index. */
export function describeImages(
  images: readonly PlacedImage[],
  unreadable: readonly BrokenImage[],
  classNames: readonly string[],
): DatasetDescription {
  const grey = images.filter(({ channels }) => channels === 1).length;
  const boxed = images.flatMap((image) => (image.boxes === undefined ? [] : [{ ...image, boxes: image.boxes }]));
  return {
    images: images.length,
    unreadable,
    classes: countClasses(images, classNames),
    boxes: boxed.length === 0 ? null : describeBoxes(boxed, classNames),
    sizes: describeSizes(images),
    ...describeFormats(images),
    channels: { grey, colour: images.length - grey },
    pixels: describePixels(images, grey === images.length ? 1 : 3),
    brightness: describeSpread(images, ({ brightness }) => brightness),
    // Over powers of ten: by the values themselves no blurred image would lie far outside.
    sharpness: describeSpread(images, ({ sharpness }) => sharpness, Math.log1p),
    nearDuplicates: describeDuplicates(images),
  };
}

function countClasses(images: readonly PlacedImage[], classNames: readonly string[]): ClassCount[] {
  type Counting = { class: string; images: number; splits: Partial<Record<SplitName, number>> };
  const counts = new Map(classNames.map((name): [string, Counting] => [name, { class: name, images: 0, splits: {} }]));
  for (const { shows, split } of images) {
    for (const name of shows) {
      const count = counts.get(name)!;
      count.images += 1;
      if (split !== null) count.splits[split] = (count.splits[split] ?? 0) + 1;
    }
  }
  return [...counts.values()];
}

function describeFormats(images: readonly PlacedImage[]): Pick<DatasetDescription, 'formats' | 'mislabelled'> {
  const formats: Partial<Record<ImageFormat, number>> = {};
  const mislabelled: { path: string; format: ImageFormat }[] = [];
  for (const { path, format } of images) {
    if (format === undefined) continue;
    formats[format] = (formats[format] ?? 0) + 1;
    if (isMislabelled(path, format)) mislabelled.push({ path, format });
  }
  return { formats, mislabelled };
}

const MOST_SIZES = 10;

function describeSizes(images: readonly PlacedImage[]): DatasetDescription['sizes'] {
  const counts = new Map<string, { width: number; height: number; images: number }>();
  for (const { width, height } of images) {
    const count = counts.get(`${width}x${height}`);
    if (count === undefined) counts.set(`${width}x${height}`, { width, height, images: 1 });
    else count.images += 1;
  }
  const common = [...counts.values()].sort((left, right) => right.images - left.images);
  return {
    common: common.slice(0, MOST_SIZES),
    distinct: common.length,
    width: rangeOf(images.map(({ width }) => width)),
    height: rangeOf(images.map(({ height }) => height)),
    aspectRatio: rangeOf(images.map(({ width, height }) => width / height)),
  };
}

function describePixels(images: readonly PlacedImage[], channels: 1 | 3): DatasetDescription['pixels'] {
  const average = (numbersOf: (image: PlacedImage) => readonly number[], channel: number) =>
    images.reduce((sum, image) => sum + (numbersOf(image)[channel] ?? numbersOf(image)[0]!), 0) /
    Math.max(1, images.length);
  const mean = Array.from({ length: channels }, (_, channel) => average(({ means }) => means, channel));
  const std = mean.map((value, channel) =>
    Math.sqrt(Math.max(0, average(({ squares }) => squares, channel) - value ** 2)),
  );
  return { mean, std };
}

function describeSpread(
  images: readonly PlacedImage[],
  valueOf: (image: PlacedImage) => number,
  scale?: (value: number) => number,
): ImageSpread {
  const { outliers, ...range } = spreadOf(images.map(valueOf), scale);
  return { ...range, outliers: outliers.map(({ at, value, score }) => ({ ...nameOf(images[at]!), value, score })) };
}

function nameOf({ path, class: name, split }: PlacedImage): ImageName {
  return { path, class: name, split };
}

function describeDuplicates(images: readonly PlacedImage[]): NearDuplicates {
  const groups = findNearDuplicates(images).map((group) => group.map((at) => nameOf(images[at]!)));
  const [across, within] = partition(groups, isAcross);
  const count = (key: 'split' | 'class') => groups.filter((group) => spans(group, key)).flat().length;
  return {
    images: groups.flat().length,
    acrossSplits: count('split'),
    acrossClasses: count('class'),
    groups: [...across, ...within],
  };
}

function spans(group: readonly ImageName[], key: 'split' | 'class'): boolean {
  return new Set(group.map((image) => image[key])).size > 1;
}

function partition<Item>(items: readonly Item[], fits: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(fits), items.filter((item) => !fits(item))];
}
