import { access } from 'node:fs/promises';
import path from 'node:path';
import { DataError } from '../../core/errors.ts';
import { IDX_SET_FILES, type IdxFileName, type IdxSet } from './idx-files.ts';
import { readIdx } from './read-idx.ts';

/** The images of one set: `images` is uint8 `[count, height, width]`, `labels` are the numbers in the label file. */
export type IdxImages = {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
};

/** Reads the images and labels of one set. Throws DataError when a file is damaged or their counts differ. */
export async function readIdxSet(folder: string, set: IdxSet): Promise<IdxImages> {
  const file = await findFile(folder, IDX_SET_FILES[set].images);
  const { dimensions, data } = await readIdx(file, 3);
  const labels = await readIdxLabels(folder, set);
  const [count = 0, height = 0, width = 0] = dimensions;
  if (count !== labels.length)
    throw new DataError(`${file} holds ${count} images but there are ${labels.length} labels.`);
  return { images: data, labels, count, height, width };
}

/** Reads the labels of one set. */
export async function readIdxLabels(folder: string, set: IdxSet): Promise<Uint8Array> {
  return (await readIdx(await findFile(folder, IDX_SET_FILES[set].labels), 1)).data;
}

async function findFile(folder: string, name: IdxFileName): Promise<string> {
  const plain = path.join(folder, name);
  const isPlain = await access(plain).then(
    () => true,
    () => false,
  );
  return isPlain ? plain : `${plain}.gz`;
}
