import path from 'node:path';
import { DataError } from '../../core/errors.ts';
import { IDX_FILES } from '../idx/idx-files.ts';
import { readIdxLabels } from '../idx/read-idx-set.ts';
import type { Annotations } from '../boxes/annotated-image.ts';
import type { DetectedLayout } from './detected-layout.ts';
import { findImageFolders } from './image-folders.ts';
import type { ReportProgress } from '../../core/logger.ts';

export type DetectOptions = {
  /** Of a detection dataset; it is never taken for one without. */
  readonly annotations?: Annotations;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
};

/**
 * Finds out how a folder of files holds its samples, from their paths, for `idx` their headers, and for a detection dataset its
 * annotations. Throws DataError.
 */
export async function detectLayout(
  folder: string,
  paths: readonly string[],
  { annotations, ...watch }: DetectOptions,
): Promise<DetectedLayout> {
  if (annotations !== undefined) {
    const { detectBoxes } = await import('../boxes/detect-boxes.ts');
    return detectBoxes(folder, paths, annotations, watch);
  }
  const idx = findIdxFiles(paths);
  if (idx.length > 0) return describeIdx(folder, idx);
  const { classNames, samples, ignored } = findImageFolders(paths);
  const testSamples = samples.filter(({ set }) => set === 'test').length;
  return { layout: 'image-folders', classNames, samples: samples.length, testSamples, labelled: samples, ignored };
}

function findIdxFiles(paths: readonly string[]): string[] {
  const names: readonly string[] = IDX_FILES;
  return paths.filter((file) => names.includes(path.posix.basename(file).replace(/\.gz$/u, '')));
}

async function describeIdx(folder: string, files: readonly string[]): Promise<DetectedLayout> {
  const missing = IDX_FILES.filter((name) => !files.some((file) => file === name || file === `${name}.gz`));
  if (missing.length > 0) throw new DataError(`The dataset lacks ${missing.join(', ')} (plain or .gz).`);
  const train = await readIdxLabels(folder, 'train');
  const test = await readIdxLabels(folder, 'test');
  const classes = [...new Set([...train, ...test])].sort((left, right) => left - right);
  if (classes.length < 2) throw new DataError('The IDX files hold one class; at least two are needed.');
  return {
    layout: 'idx',
    classNames: classes.map(String),
    samples: train.length + test.length,
    testSamples: test.length,
    labelled: [],
    ignored: [],
  };
}
