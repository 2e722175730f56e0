import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeIdxFiles, writeFiles } from '../helpers/dataset-files.ts';
import { sourceContract } from './source.ts';

sourceContract({
  prepare: async (cwd) => {
    const files = makeIdxFiles(6, 4);
    const images = files['train-images-idx3-ubyte']!;
    await writeFiles(path.join(cwd, 'digits'), { ...files, 'notes.txt': 'not taken' });
    await writeFiles(path.join(cwd, 'zipped'), {
      ...Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)])),
      'train-images-idx3-ubyte.gz': gzipSync(images),
    });
    return 'idx:zipped';
  },
  change: () => Promise.resolve('idx:digits'),
  missing: 'idx:nowhere',
  expected: { name: 'zipped', layout: 'idx', classNames: ['3', '7'], samples: 10, testSamples: 4, files: 4 },
});
