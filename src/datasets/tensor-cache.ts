import type { DatasetVersionId, TensorCacheId } from '../core/ids.ts';
import type { ImageFormat } from './decode/image-format.ts';

/** The splits of a tensor cache. */
export const SPLIT_NAMES = ['train', 'validation', 'test', 'apart'] as const;
/** `apart` is a source's own test set that is reported but never used for choosing. */
export type SplitName = (typeof SPLIT_NAMES)[number];

/** How samples are divided: by the hash of their pixels, or as the source's own folders say. */
export type SplitSettings =
  | {
      readonly kind: 'hash';
      /** Shares of the samples; they add up to 1. */
      readonly train: number;
      readonly validation: number;
      readonly test: number;
      readonly salt: string;
      /** What happens to the source's own test set, if it has one. */
      readonly testFolder: 'apart' | 'merge';
    }
  | {
      readonly kind: 'folders';
      /** Share of the training samples, taken by hash, unless the source has a validation set of its own. */
      readonly validation: number;
      readonly salt: string;
    };

/** How the images of a dataset version are decoded and divided. */
export type PrepSettings = {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly split: SplitSettings;
  /** Largest share of images that may be broken. */
  readonly maxBrokenShare: number;
};

/** An image that was left out, and why. */
export type BrokenImage = { readonly path: string; readonly reason: string };

/** An image whose name ends as that of another format; it is read as what it is. */
export type MislabelledImage = { readonly path: string; readonly format: ImageFormat };

/** What prep made: the decoded, resized images of one dataset version under one configuration. */
export type TensorCacheSummary = {
  readonly id: TensorCacheId;
  /** The cache's folder, relative to the data folder. */
  readonly path: string;
  readonly datasetVersionId: DatasetVersionId;
  readonly image: { readonly height: number; readonly width: number; readonly channels: 1 | 3 };
  readonly classNames: readonly string[];
  /** Samples of each split; `apart` is absent when there are none. */
  readonly splits: {
    readonly train: number;
    readonly validation: number;
    readonly test: number;
    readonly apart?: number;
  };
  readonly broken: readonly BrokenImage[];
  /** How many images are mislabelled, and the first hundred; `data describe` names all. */
  readonly mislabelled: { readonly images: number; readonly examples: readonly MislabelledImage[] };
};
