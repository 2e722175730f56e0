import { makeImageFolders, makePng, writeFiles } from '../helpers/dataset-files.ts';
import path from 'node:path';
import { sourceContract } from './source.ts';

sourceContract({
  prepare: async (cwd) => {
    await makeImageFolders(path.join(cwd, 'My Photos'), ['cat', 'dog'], 3);
    return 'folder:My Photos';
  },
  change: async (cwd, address) => {
    await writeFiles(path.join(cwd, 'My Photos'), { 'cat/new.png': await makePng(99) });
    return address;
  },
  missing: 'folder:nowhere',
  expected: { name: 'my-photos', layout: 'image-folders', classNames: ['cat', 'dog'], samples: 6, testSamples: 0 },
});
