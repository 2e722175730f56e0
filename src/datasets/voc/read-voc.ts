import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DataError } from '../../core/errors.ts';
import type { AnnotatedImage } from '../boxes/annotated-image.ts';
import type { ReadAnnotations } from '../boxes/read-annotations.ts';
import { runConcurrently } from '../run-concurrently.ts';
import { findVoc, stemOf, type FoundVocImage } from './find-voc.ts';
import { loadVocParser } from './parse-voc-xml.ts';
import { readVocSets } from './voc-sets.ts';

/**
 * The images of a dataset in Pascal VOC's layout. Images without an annotation are background; an image whose annotation cannot be
 * read is left out, because it would pass for background. Throws DataError when there is no such dataset.
 */
export const readVoc: ReadAnnotations<'voc'> = async (folder, paths, { folder: wanted }, { signal, problems }) => {
  const { images, orphans, lists } = findVoc(paths, wanted);
  const texts = await Promise.all(
    lists.map(async (list) => ({ ...list, text: await readFile(path.join(folder, list.path), 'utf8') })),
  );
  const names = images.map(({ image }) => image);
  const sets = readVocSets(texts, names, problems);
  for (const orphan of orphans) problems.add('no-image', orphan);
  const parse = await loadVocParser();
  const read = async (found: FoundVocImage): Promise<AnnotatedImage | undefined> => {
    const { image, annotation, set = sets.get(stemOf(image)) } = found;
    const known = { path: image, toldBy: annotation ?? image, ...(set === undefined ? {} : { set }) };
    if (annotation === undefined) return { ...known, objects: [] };
    try {
      return { ...known, ...parse(await readFile(path.join(folder, annotation))) };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      problems.add('unreadable', `${annotation} (${error.message})`);
      return undefined;
    }
  };
  const annotated = await runConcurrently(images, CONCURRENCY, signal, read);
  for (const { image, annotation, set } of images) {
    if (annotation === undefined) problems.add('no-annotation', image);
    if (lists.length > 0 && set === undefined && !sets.has(stemOf(image))) problems.add('not-listed', image);
  }
  return annotated.filter((image) => image !== undefined);
};

const CONCURRENCY = 8;
