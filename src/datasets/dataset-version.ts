import type { DatasetVersionId } from '../core/ids.ts';
import type { AnnotationProblem } from './boxes/annotation-problems.ts';

/** How the files of a source are laid out. */
export const LAYOUTS = ['image-folders', 'idx', 'detection'] as const;
/**
 * How the files of a version hold its samples: one image a file in class folders, MNIST's four files, or images with any number of
 * boxes, which the manifest holds.
 */
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
  /** In all images; only of a detection dataset. */
  readonly boxes?: number;
  /** What was wrong with its annotations when it was collected; absent where nothing was. */
  readonly annotationProblems?: readonly AnnotationProblem[];
  readonly files: number;
  readonly bytes: number;
  /** The version's folder, relative to the data folder. */
  readonly path: string;
};
