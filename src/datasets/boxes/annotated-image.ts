import type { SourceSet } from '../layout/set-folders.ts';
import type { BoxFlag } from './box.ts';

export type ImageSize = { readonly width: number; readonly height: number };

/** An object as a source tells of it, not yet held against its image: edges as in `Box`, which may lie outside or be no numbers. */
export type AnnotatedObject = {
  readonly class: string;
  readonly edges: readonly [xmin: number, ymin: number, xmax: number, ymax: number];
  readonly flags: readonly BoxFlag[];
};

/** An image of a detection dataset as its source tells of it. */
export type AnnotatedImage = {
  /** Of the image, among the dataset's files. */
  readonly path: string;
  /** The file that tells of it: the annotation, or the image where there is none. */
  readonly toldBy: string;
  /** As annotated; absent where it is not told. */
  readonly size?: ImageSize;
  readonly set?: SourceSet;
  readonly objects: readonly AnnotatedObject[];
};

/** Where a source keeps its boxes; what is not said is found by the usual names. */
export type Annotations =
  | { readonly format: 'voc'; /** Holds `Annotations`. */ readonly folder?: string }
  | { readonly format: 'coco'; /** The JSON files. */ readonly files?: readonly string[] };
