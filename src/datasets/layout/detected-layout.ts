import type { AnnotationProblem } from '../boxes/annotation-problems.ts';
import type { Box } from '../boxes/box.ts';
import type { Layout } from '../dataset-version.ts';
import type { FoundSample } from './image-folders.ts';

/** A sample with a label, or in a detection dataset with boxes. */
export type DetectedSample = Omit<FoundSample, 'label'> &
  ({ readonly label: number } | { readonly boxes: readonly Box[] });

/** What the files of a dataset mean. For `idx`, samples are counted but not listed: they have no file of their own. */
export type DetectedLayout = {
  readonly layout: Layout;
  readonly classNames: readonly string[];
  readonly samples: number;
  readonly testSamples: number;
  readonly labelled: readonly DetectedSample[];
  /** Images that are not samples, with the reason. */
  readonly ignored: readonly { readonly path: string; readonly reason: string }[];
  /** What is wrong with the annotations of a detection dataset. */
  readonly annotationProblems?: readonly AnnotationProblem[];
};
