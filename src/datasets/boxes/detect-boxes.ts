import path from 'node:path';
import { DataError } from '../../core/errors.ts';
import type { ReportProgress } from '../../core/logger.ts';
import { readImageSize } from '../decode/read-image-size.ts';
import { sortClassNames } from '../layout/class-names.ts';
import type { DetectedLayout, DetectedSample } from '../layout/detected-layout.ts';
import { runConcurrently } from '../run-concurrently.ts';
import type { AnnotatedImage, Annotations } from './annotated-image.ts';
import { problemText, tallyProblems, type ProblemTally } from './annotation-problems.ts';
import { fitBoxes, type NamedBox } from './fit-boxes.ts';

type Watch = { readonly signal: AbortSignal; readonly progress: ReportProgress };

/**
 * What the annotations of a detection dataset say about its images: each with its boxes, which are held against the image's own
 * size. Classes are those of boxes. Throws DataError when no box is left, or when classes differ only in case.
 */
export async function detectBoxes(
  folder: string,
  paths: readonly string[],
  annotations: Annotations,
  watch: Watch,
): Promise<DetectedLayout> {
  const problems = tallyProblems();
  const { found, fitted } = await readBoxes(folder, paths, annotations, { ...watch, problems });
  const classNames = sortClassNames(
    fitted.flatMap(({ boxes }) => boxes.map((box) => box.class)),
    'classes',
  );
  if (classNames.length === 0) throw noBoxes(found, problems);
  const labels = new Map(classNames.map((name, label) => [name, label]));
  const labelled = fitted.map(({ path: file, set, boxes }): DetectedSample => ({
    path: file,
    ...(set === undefined ? {} : { set }),
    boxes: boxes.map(({ class: name, ...box }) => ({ label: labels.get(name)!, ...box })),
  }));
  const testSamples = labelled.filter(({ set }) => set === 'test').length;
  return {
    layout: 'detection',
    classNames,
    samples: labelled.length,
    testSamples,
    labelled,
    ignored: [],
    annotationProblems: problems.list(),
  };
}

/** What was annotated is let go of here: of a large dataset it is as large as what comes of it. */
async function readBoxes(
  folder: string,
  paths: readonly string[],
  annotations: Annotations,
  context: Watch & { readonly problems: ProblemTally },
): Promise<{ readonly found: number; readonly fitted: readonly FittedImage[] }> {
  const images = await readImages(folder, paths, annotations, context);
  return { found: images.length, fitted: await fitImages(folder, images, context.problems, context) };
}

async function readImages(
  folder: string,
  paths: readonly string[],
  annotations: Annotations,
  context: { readonly signal: AbortSignal; readonly problems: ProblemTally },
): Promise<AnnotatedImage[]> {
  if (annotations.format === 'voc') {
    const { readVoc } = await import('../voc/read-voc.ts');
    return readVoc(folder, paths, annotations, context);
  }
  const { readCoco } = await import('../coco/read-coco.ts');
  return readCoco(folder, paths, annotations, context);
}

type FittedImage = Pick<AnnotatedImage, 'path' | 'set'> & { readonly boxes: readonly NamedBox[] };

async function fitImages(
  folder: string,
  images: readonly AnnotatedImage[],
  problems: ProblemTally,
  { signal, progress }: Watch,
): Promise<FittedImage[]> {
  let done = 0;
  const sizes = await runConcurrently(images, CONCURRENCY, signal, async (image) => {
    const size = await readImageSize(path.join(folder, image.path));
    progress({ done: ++done, total: images.length, unit: 'images' });
    return size;
  });
  return images.flatMap((image, at) => {
    const own = sizes[at];
    const told = image.size;
    if (own !== undefined && told !== undefined && (own.width !== told.width || own.height !== told.height)) {
      const isTold = `annotated ${told.width} × ${told.height}, is ${own.width} × ${own.height}`;
      problems.add('wrong-size', `${image.path} (${isTold})`);
      return [];
    }
    const size = own ?? told;
    if (size !== undefined) {
      const { path: file, set } = image;
      return [{ path: file, ...(set === undefined ? {} : { set }), boxes: fitBoxes(image, size, problems) }];
    }
    problems.add('no-size', image.path);
    return [];
  });
}

const CONCURRENCY = 8;

function noBoxes(found: number, problems: ProblemTally): DataError {
  const told = problems.list().map(problemText);
  const because = told.length === 0 ? 'Its annotations name none.' : `Its annotations: ${told.join('; ')}.`;
  return new DataError(`The dataset has no box: ${found} images were found. ${because}`);
}
