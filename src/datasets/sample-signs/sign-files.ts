import { LETTERS, type Letter } from './poses.ts';
import type { SampleSignsOptions } from './sample-options.ts';

/** One image to draw: its path below the dataset's folder, the letter, and what makes it different from all others. */
export type SignFile = { readonly path: string; readonly letter: Letter; readonly key: readonly (string | number)[] };

/**
 * All images of the sample in the folder layout of the sign-language dataset (Kaggle: grassknoted/asl-alphabet), test
 * images in one flat folder included.
 */
export function listSignFiles({ seed, perClass }: SampleSignsOptions): SignFile[] {
  return LETTERS.flatMap((letter) => [
    ...Array.from({ length: perClass }, (_, index) => ({
      path: `${TRAIN_FOLDER}/${letter}/${letter}${index + 1}.jpg`,
      letter,
      key: [seed, 'train', index + 1],
    })),
    { path: `${TEST_FOLDER}/${letter}_test.jpg`, letter, key: [seed, 'test', 1] },
  ]);
}

/** The folders that hold the images, parents before children. */
export function listSignFolders(): string[] {
  return [TEST_FOLDER, ...LETTERS.map((letter) => `${TRAIN_FOLDER}/${letter}`)];
}

const TRAIN_FOLDER = 'asl_alphabet_train/asl_alphabet_train';
const TEST_FOLDER = 'asl_alphabet_test/asl_alphabet_test';
