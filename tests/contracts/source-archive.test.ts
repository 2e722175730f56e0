import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe } from '@jest/globals';
import { makePng } from '../helpers/dataset-files.ts';
import { makeTar } from '../helpers/make-tar.ts';
import { makeZip } from '../helpers/make-zip.ts';
import { sourceContract } from './source.ts';

async function makeEntries(perClass: number) {
  const entries = [];
  for (const name of ['a', 'b']) {
    for (let at = 0; at < perClass; at += 1) {
      const path = `signs/${name}/${at}.png`;
      entries.push({ path, data: await makePng(at + name.charCodeAt(0)), deflate: at === 0 });
    }
  }
  return entries;
}

const expected = { name: 'signs', layout: 'image-folders', classNames: ['a', 'b'], samples: 4 } as const;

describe.each([
  ['zip', 'signs.zip', makeZip],
  ['archive', 'signs.zip', makeZip],
  ['archive', 'Signs.tar', makeTar],
  ['archive', 'signs.tar.gz', (entries: Parameters<typeof makeTar>[0]) => makeTar(entries, { gzip: true })],
] as const)('%s:%s', (scheme, name, make) => {
  const writeArchive = async (cwd: string, perClass: number) => {
    await writeFile(path.join(cwd, name), make(await makeEntries(perClass)));
    return `${scheme}:${name}`;
  };
  sourceContract({
    prepare: (cwd) => writeArchive(cwd, 2),
    change: (cwd) => writeArchive(cwd, 3),
    missing: `${scheme}:nowhere.zip`,
    expected,
  });
});
