import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe } from '@jest/globals';
import { writeFiles } from '../helpers/dataset-files.ts';
import { vocFiles, type Drawn } from '../helpers/detection-files.ts';
import { makeTar } from '../helpers/make-tar.ts';
import { makeZip } from '../helpers/make-zip.ts';
import { sourceContract } from './source.ts';

function makeFiles(...more: readonly Drawn[]) {
  const images = { one: [['cat', 1, 1, 10, 10] as const, ...more], two: [['dog', 5, 6, 20, 30] as const], three: null };
  return vocFiles(images, { lists: { train: 'one\n', test: 'two\n' } });
}

const expected = {
  name: 'pets',
  layout: 'detection',
  classNames: ['cat', 'dog'],
  samples: 3,
  testSamples: 1,
  boxes: 2,
  files: 3,
} as const;

describe('a folder', () => {
  sourceContract({
    prepare: async (cwd) => {
      await writeFiles(path.join(cwd, 'pets'), await makeFiles());
      return 'voc:pets';
    },
    change: async (cwd, address) => {
      await writeFiles(path.join(cwd, 'pets'), await makeFiles(['dog', 11, 11, 12, 12]));
      return address;
    },
    missing: 'voc:nowhere',
    expected,
  });
});

describe.each([
  ['pets.zip', makeZip],
  ['pets.tar.gz', (entries: Parameters<typeof makeTar>[0]) => makeTar(entries, { gzip: true })],
] as const)('%s', (name, make) => {
  const writeArchive = async (cwd: string, ...more: readonly Drawn[]) => {
    const files = Object.entries(await makeFiles(...more));
    await writeFile(path.join(cwd, name), make(files.map(([file, data]) => ({ path: file, data }))));
    return `voc:${name}#folder=VOCdevkit/VOC2012`;
  };
  sourceContract({
    prepare: (cwd) => writeArchive(cwd),
    change: (cwd) => writeArchive(cwd, ['dog', 11, 11, 12, 12]),
    missing: 'voc:nowhere.zip',
    expected,
  });
});
