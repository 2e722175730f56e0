import path from 'node:path';
import { DataError } from '../../core/errors.ts';
import type { Layout } from '../dataset-version.ts';
import { IDX_FILES } from '../idx/idx-files.ts';
import { readIdxLabels } from '../idx/read-idx-set.ts';
import { findImageFolders, type FoundSample } from './image-folders.ts';

/** What the files of a dataset mean. For `idx`, samples are counted but not listed: they have no file of their own. */
export type DetectedLayout = {
  readonly layout: Layout;
  readonly classNames: readonly string[];
  readonly samples: number;
  readonly testSamples: number;
  readonly labelled: readonly FoundSample[];
  /** Images that are not samples, with the reason. */
  readonly ignored: readonly { readonly path: string; readonly reason: string }[];
};

/** Finds out how a folder of files holds its samples, from their paths and for `idx` their headers. Throws DataError. */
export async function detectLayout(folder: string, paths: readonly string[]): Promise<DetectedLayout> {
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
