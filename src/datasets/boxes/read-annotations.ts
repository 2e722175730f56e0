import type { AnnotatedImage, Annotations } from './annotated-image.ts';
import type { ProblemTally } from './annotation-problems.ts';

/** Reads what a format's files say about the images among `paths`, which lie below `folder`. Throws DataError when they say nothing. */
export type ReadAnnotations<Format extends Annotations['format']> = (
  folder: string,
  paths: readonly string[],
  annotations: Extract<Annotations, { readonly format: Format }>,
  context: { readonly signal: AbortSignal; readonly problems: ProblemTally },
) => Promise<AnnotatedImage[]>;
