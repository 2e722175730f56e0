import { loadSharp } from '../../src/core/load-sharp.ts';
import { makePng } from './dataset-files.ts';
import { makeZip } from './make-zip.ts';

/** A zip laid out as the sign-language dataset on Kaggle: wrapped class folders, and a flat test folder. */
export async function signArchive(perClass: number): Promise<Buffer> {
  const entries = [];
  for (const [label, name] of ['A', 'B', 'nothing'].entries()) {
    for (let at = 1; at <= perClass; at += 1) {
      const path = `asl_alphabet_train/asl_alphabet_train/${name}/${name}${at}.png`;
      entries.push({ path, data: await makePng(label * 100 + at) });
    }
    const path = `asl_alphabet_test/asl_alphabet_test/${name}_test.png`;
    entries.push({ path, data: await makePng(label * 100 + 50) });
  }
  return makeZip(entries);
}

const LETTERS = Array.from({ length: 26 }, (_, at) => String.fromCharCode(65 + at));

/** The classes of `grassknoted/asl-alphabet`. */
export const ALPHABET = [...LETTERS, 'del', 'nothing', 'space'];

/**
 * A zip laid out as `grassknoted/asl-alphabet` is: 29 classes in wrapped folders, and a flat test folder with an image of each but
 * `del`. All images are JPEGs, and no two are alike.
 */
export async function alphabetArchive(perClass: number): Promise<Buffer> {
  const train = ALPHABET.flatMap((name) =>
    Array.from({ length: perClass }, (_, at) => `asl_alphabet_train/asl_alphabet_train/${name}/${name}${at + 1}.jpg`),
  );
  const test = ALPHABET.filter((name) => name !== 'del').map(
    (name) => `asl_alphabet_test/asl_alphabet_test/${name}_test.jpg`,
  );
  const sharp = loadSharp();
  const entries = [...test, ...train].map(async (path, at) => {
    const background = { r: (at * 7) % 256, g: (at * 31) % 256, b: at % 256 };
    const picture = sharp({ create: { width: 24, height: 24, channels: 3, background } });
    return { path, data: await picture.jpeg().toBuffer() };
  });
  return makeZip(await Promise.all(entries));
}
