import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe } from '@jest/globals';
import { makePng, writeFiles } from '../helpers/dataset-files.ts';
import { cocoJson, SIDE, type Drawn } from '../helpers/detection-files.ts';
import { makeZip } from '../helpers/make-zip.ts';
import { sourceContract } from './source.ts';

async function cocoLayout(...more: readonly Drawn[]): Promise<Record<string, Buffer | string>> {
  return {
    'annotations/instances_train2017.json': cocoJson({ '1.png': [['cat', 0, 0, 10, 10], ...more], '2.png': [] }),
    'annotations/instances_val2017.json': cocoJson({ '1.png': [['dog', 4, 5, 16, 25]] }),
    'annotations/captions_val2017.json': '{"images": [], "annotations": [{"caption": "a dog"}]}',
    'train2017/1.png': await makePng(1, SIDE),
    'train2017/2.png': await makePng(2, SIDE),
    'val2017/1.png': await makePng(3, SIDE),
  };
}

const expected = { layout: 'detection', classNames: ['cat', 'dog'], samples: 3, testSamples: 0, boxes: 2 } as const;

describe("COCO's own layout in a folder", () => {
  sourceContract({
    prepare: async (cwd) => {
      await writeFiles(path.join(cwd, 'coco'), await cocoLayout());
      return 'coco:coco';
    },
    change: async (cwd, address) => {
      await writeFiles(path.join(cwd, 'coco'), await cocoLayout(['dog', 1, 1, 2, 2]));
      return address;
    },
    missing: 'coco:nowhere',
    expected: { ...expected, name: 'coco' },
  });
});

describe('one JSON file a folder, in an archive', () => {
  const writeArchive = async (cwd: string, ...more: readonly Drawn[]) => {
    const files: Record<string, Buffer | string> = {
      'pets/train/_annotations.coco.json': cocoJson({ 'a.png': [['cat', 0, 0, 10, 10], ...more], 'b.png': [] }),
      'pets/train/a.png': await makePng(1, SIDE),
      'pets/train/b.png': await makePng(2, SIDE),
      'pets/test/_annotations.coco.json': cocoJson({ 'a.png': [['dog', 4, 5, 16, 25]] }),
      'pets/test/a.png': await makePng(3, SIDE),
      'pets/README.txt': 'Exported.',
    };
    const entries = Object.entries(files).map(([file, data]) => ({ path: file, data, deflate: true }));
    await writeFile(path.join(cwd, 'pets.zip'), makeZip(entries));
    return 'coco:pets.zip';
  };
  sourceContract({
    prepare: (cwd) => writeArchive(cwd),
    change: (cwd) => writeArchive(cwd, ['dog', 1, 1, 2, 2]),
    missing: 'coco:nowhere.zip',
    expected: { ...expected, name: 'pets', testSamples: 1, files: 4 },
  });
});
