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
