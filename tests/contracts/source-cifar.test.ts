import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe } from '@jest/globals';
import { writeFiles } from '../helpers/dataset-files.ts';
import { makeCifar10, makeCifar100 } from '../helpers/make-cifar.ts';
import { makeTar } from '../helpers/make-tar.ts';
import { sourceContract } from './source.ts';

async function writeArchive(cwd: string, imagesPerFile: number): Promise<string> {
  const files = Object.entries(makeCifar10(imagesPerFile));
  const entries = files.map(([name, data]) => ({ path: `cifar-10-batches-bin/${name}`, data }));
  await writeFile(path.join(cwd, 'cifar-10-binary.tar.gz'), makeTar(entries, { gzip: true }));
  return 'cifar:cifar-10-binary.tar.gz';
}

describe('CIFAR-10 as it is downloaded', () => {
  sourceContract({
    prepare: (cwd) => writeArchive(cwd, 2),
    change: (cwd) => writeArchive(cwd, 3),
    missing: 'cifar:nowhere.tar.gz',
    expected: { name: 'cifar-10-binary', classNames: ['airplane', 'automobile'], samples: 12, testSamples: 2 },
  });
});

describe('CIFAR-100 in a folder', () => {
  sourceContract({
    prepare: async (cwd) => {
      await writeFiles(path.join(cwd, 'cifar'), makeCifar100(6));
      return 'cifar:cifar';
    },
    change: async (cwd, address) => {
      await writeFiles(path.join(cwd, 'cifar'), makeCifar100(7));
      return address;
    },
    missing: 'cifar:nowhere',
    expected: { name: 'cifar', samples: 12, testSamples: 6 },
  });
});
