import type { DatasetVersionId } from '../core/ids.ts';

/** How the files of a source are laid out. */
export const LAYOUTS = ['image-folders', 'idx'] as const;
/** How the files of a version hold its samples: one image a file in class folders, or MNIST's four files. */
export type Layout = (typeof LAYOUTS)[number];

/** An immutable dataset on this machine. */
export type DatasetVersion = {
  readonly id: DatasetVersionId;
  readonly name: string;
  readonly source: string;
  readonly upstreamVersion: string;
  readonly synthetic: boolean;
  readonly licence?: string;
  readonly layout: Layout;
  /** Sorted; labels are indices into it. */
  readonly classNames: readonly string[];
  readonly samples: number;
  /** Samples of the source's own test set; 0 when it has none. */
  readonly testSamples: number;
  readonly files: number;
  readonly bytes: number;
  /** The version's folder, relative to the data folder. */
  readonly path: string;
};
