import { expect, test } from '@jest/globals';
import { makePng } from '../../../helpers/dataset-files.ts';
import { cocoJson, SIDE, type Drawn } from '../../../helpers/detection-files.ts';
import { readDetection } from '../../../helpers/read-detection.ts';

const coco = { format: 'coco' } as const;
const png = (seed: number) => makePng(seed, SIDE);

test('turns place and extent into edges, without the errors of adding decimal fractions', async () => {
  const json = cocoJson({
    'a.png': [
      ['cat', 0.1, 0.2, 0.2, 39.8],
      ['cat', 10, 10, 20, 15],
    ],
  });
  const { boxes } = await readDetection({ 'labels.json': json, 'images/a.png': await png(1) }, coco);
  expect(boxes).toEqual({
    'images/a.png': [
      ['cat', 0.1, 0.2, 0.3, 40],
      ['cat', 10, 10, 30, 25],
    ],
  });
});

test('leaves out what cannot be a box, and tells what is wrong with each', async () => {
  const json = cocoJson(
    {
      'a.png': [
        ['cat', 1, 1, 9, 9],
        ['dog', 5, 5, 0, 3],
        ['dog', 5, 5, 3, -1],
        ['dog', 50, 1, 9, 9],
      ],
    },
    {
      images: [{ id: 'gone', file_name: 'gone.png', width: 4, height: 4 }],
      annotations: [
        { image_id: 1, category_id: 99, bbox: [1, 1, 2, 2] },
        { image_id: 77, category_id: 10, bbox: [1, 1, 2, 2] },
        { category_id: 10, bbox: [1, 1, 2, 2] },
        { image_id: 1, category_id: 10, segmentation: [[1, 2]] },
        { image_id: 1, category_id: 10, bbox: ['1', 1, 2, 2] },
        { image_id: 1, category_id: 10, bbox: [2, 2, 30, 30], iscrowd: 1 },
        { image_id: 'gone', category_id: 10, bbox: [1, 1, 2, 2] },
      ],
    },
  );
  const files = { 'labels.json': json, 'a.png': await png(1), 'b.png': await png(2) };
  const { manifest, problems } = await readDetection(files, coco);
  expect(manifest).toMatchObject({ classNames: ['cat'], samples: 1 });
  expect(manifest.files[0]!.boxes).toEqual([
    { label: 0, xmin: 1, ymin: 1, xmax: 10, ymax: 10 },
    { label: 0, xmin: 2, ymin: 2, xmax: 32, ymax: 32, iscrowd: true },
  ]);
  expect(problems).toEqual({
    ...{ 'no-extent': 2, outside: 1, 'not-numbers': 2, 'unknown-category': 1, 'unknown-image': 2 },
    ...{ 'no-image': 1, unused: 1 },
  });
});

test('the same boxes in another order are the same version', async () => {
  const image = await png(1);
  const read = (...boxes: readonly Drawn[]) =>
    readDetection({ 'labels.json': cocoJson({ 'a.png': boxes }), 'a.png': image }, coco);
  const first = await read(['cat', 1, 1, 9, 9], ['dog', 2, 2, 9, 9], ['cat', 1, 1, 8, 9]);
  const second = await read(['cat', 1, 1, 8, 9], ['cat', 1, 1, 9, 9], ['dog', 2, 2, 9, 9]);
  expect(second.version.id).toBe(first.version.id);
  expect((await read(['cat', 1, 1, 8, 9], ['cat', 1, 1, 9, 9])).version.id).not.toBe(first.version.id);
});

test('finds images by the end of their path, beside the file, in the folder of its name, and never in another set', async () => {
  const files = {
    'annotations/instances_train.json': cocoJson({ 'a.png': [['cat', 1, 1, 9, 9]], 'C:\\work\\deep\\b.png': [] }),
    'annotations/instances_test.json': cocoJson({ 'a.png': [], 'sub/c.png': [], 'b.png': [] }),
    ...{ 'train/a.png': await png(1), 'train/b.png': await png(2) },
    ...{ 'test/a.png': await png(3), 'test/sub/c.png': await png(4) },
    ...{ 'other/test/../up.png': await png(5) },
  };
  const { manifest, problems } = await readDetection(files, coco);
  expect(manifest.files.map(({ path, set, boxes }) => [path, set, boxes?.length])).toEqual([
    ['test/a.png', 'test', 0],
    ['test/sub/c.png', 'test', 0],
    ['train/a.png', 'train', 1],
    ['train/b.png', 'train', 0],
  ]);
  expect(problems).toEqual({ 'no-image': 1, unused: 1 });
});

test('never looks outside of the dataset, whatever a file name says', async () => {
  const json = cocoJson({ 'a.png': [['cat', 1, 1, 9, 9]], '../../etc/passwd': [], '/etc/hosts.png': [] });
  const { manifest, problems } = await readDetection({ 'x.json': json, 'a.png': await png(1) }, coco);
  expect(manifest.files.map(({ path }) => path)).toEqual(['a.png']);
  expect(problems).toEqual({ 'no-image': 2 });
});

test('an image that is listed twice in one file has the boxes of both', async () => {
  const json = cocoJson(
    { 'a.png': [['cat', 1, 1, 9, 9]] },
    {
      images: [{ id: 5, file_name: 'a.png' }],
      annotations: [{ image_id: 5, category_id: 10, bbox: [2, 2, 3, 3] }],
    },
  );
  const { boxes } = await readDetection({ 'x.json': json, 'a.png': await png(1) }, coco);
  expect(boxes['a.png']).toHaveLength(2);
});

test('several files that tell of the same images are refused until one is named', async () => {
  const files = {
    'old.json': cocoJson({ 'a.png': [['cat', 1, 1, 9, 9]] }),
    'new/labels.json': cocoJson({ 'a.png': [['dog', 1, 1, 9, 9]] }),
    'package.json': '{"name": "tools"}',
    'classes.json': '["cat"]',
    'a.png': await png(1),
  };
  await expect(readDetection(files, coco)).rejects.toThrow('Say which file counts: #annotations=FILE');
  const { manifest } = await readDetection(files, { ...coco, files: ['labels.json'] });
  expect(manifest.classNames).toEqual(['dog']);
  await expect(readDetection(files, { ...coco, files: ['label.json'] })).rejects.toThrow('There is no file label.json');
  await expect(readDetection(files, { ...coco, files: ['package.json'] })).rejects.toThrow('Looked at: package.json.');
});

test.each([
  ['two images of one id', { images: [{ id: 1, file_name: 'b.png' }] }, 'a.png and b.png have the same id 1'],
  ['an image without a name', { images: [{ id: 9 }] }, 'images[1] has no id or no file_name'],
  ['no box that is one', { side: 41 }, 'The dataset has no box: 1 images were found.'],
])('refuses %s', async (_, extras, message) => {
  const json = cocoJson({ 'a.png': [['cat', 1, 1, 9, 9]] }, extras);
  await expect(readDetection({ 'x.json': json, 'a.png': await png(1) }, coco)).rejects.toThrow(message);
});

test('says what it looked for and found', async () => {
  await expect(readDetection({ 'a.png': await png(1), 'a.xml': '<a/>' }, coco)).rejects.toThrow(
    'Files: 2, of them images: 1, .json: 0. There are .xml files. Is it voc:?',
  );
  await expect(readDetection({ 'x.json': '{"a": [1' }, coco)).rejects.toThrow('x.json cannot be read as JSON');
  const half = {
    'x.json': '[]',
    'y.json': '{"images": [{"id": 1, "file_name": "a.png"}], "annotations": [{"caption": "a cat"}]}',
    'a.png': await png(1),
  };
  await expect(readDetection(half, coco)).rejects.toThrow("No .json file is COCO's");
  const cases = cocoJson({
    'a.png': [
      ['cat', 1, 1, 9, 9],
      ['Cat', 1, 1, 9, 9],
    ],
  });
  await expect(readDetection({ 'x.json': cases, 'a.png': await png(1) }, coco)).rejects.toThrow('differ only in case');
});
