import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makePng } from '../helpers/dataset-files.ts';
import { makeZip } from '../helpers/make-zip.ts';
import { sourceContract } from './source.ts';

async function writeArchive(cwd: string, perClass: number): Promise<string> {
  const entries = [];
  for (const name of ['a', 'b']) {
    for (let at = 0; at < perClass; at += 1) {
      const path = `signs/${name}/${at}.png`;
      entries.push({ path, data: await makePng(at + name.charCodeAt(0)), deflate: at === 0 });
    }
  }
  await writeFile(path.join(cwd, 'signs.zip'), makeZip(entries));
  return 'zip:signs.zip';
}

sourceContract({
  prepare: (cwd) => writeArchive(cwd, 2),
  change: (cwd) => writeArchive(cwd, 3),
  missing: 'zip:nowhere.zip',
  expected: { name: 'signs', layout: 'image-folders', classNames: ['a', 'b'], samples: 4 },
});
