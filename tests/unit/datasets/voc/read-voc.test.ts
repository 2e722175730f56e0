import { expect, test } from '@jest/globals';
import { makePng } from '../../../helpers/dataset-files.ts';
import { SIDE, vocFiles, vocXml } from '../../../helpers/detection-files.ts';
import { readDetection } from '../../../helpers/read-detection.ts';

const root = { root: 'VOC' };
const voc = { format: 'voc' } as const;

test('turns pixels counted from 1, the last one included, into edges counted from 0', async () => {
  const files = await vocFiles(
    {
      one: [
        ['cat', 1, 1, 40, 40],
        ['cat', 3, 4, 5, 7],
      ],
    },
    root,
  );
  const { boxes } = await readDetection(files, voc);
  expect(boxes).toEqual({
    'VOC/JPEGImages/one.png': [
      ['cat', 0, 0, 40, 40],
      ['cat', 2, 3, 5, 7],
    ],
  });
});

test('leaves out boxes without extent, outside the image, without numbers or class, and the same again; cuts others', async () => {
  const files = await vocFiles(
    {
      ...{
        flat: [
          ['cat', 5, 5, 5, 5],
          ['cat', 9, 5, 8, 9],
          ['cat', 2, 2, 9, 9],
        ],
      },
      ...{
        far: [
          ['dog', 41, 1, 50, 9],
          ['dog', 30, 30, 60, 50],
          ['dog', 0, 0, 9, 9],
        ],
      },
      ...{
        odd: [
          ['cat', Number.NaN, 1, 2, 3],
          [' ', 1, 1, 2, 2],
          ['cat', 2, 2, 9, 9],
          ['cat', 2, 2, 9, 9],
        ],
      },
    },
    root,
  );
  const { boxes, problems, messages } = await readDetection(files, voc);
  expect(boxes).toEqual({
    'VOC/JPEGImages/flat.png': [['cat', 1, 1, 9, 9]],
    'VOC/JPEGImages/far.png': [
      ['dog', 0, 0, 9, 9],
      ['dog', 29, 29, 40, 40],
    ],
    'VOC/JPEGImages/odd.png': [['cat', 1, 1, 9, 9]],
  });
  expect(problems).toEqual({ 'no-extent': 2, outside: 1, 'not-numbers': 1, 'no-class': 1, duplicate: 1, clipped: 1 });
  expect(messages).toContain(
    'boxes left out, without width or height: 2 – VOC/Annotations/flat.xml (cat), VOC/Annotations/flat.xml (cat)',
  );
});

test('keeps what VOC says about objects, and spells classes without stray spaces', async () => {
  const inside = '<difficult>1</difficult><truncated>1</truncated><pose>Left</pose>';
  const image = await makePng(1, SIDE);
  const xml = vocXml([['\n traffic \t light &amp; sign ', 1, 1, 9, 9]], { inside });
  const { manifest } = await readDetection({ 'JPEGImages/a.png': image, 'Annotations/a.xml': xml }, voc);
  expect(manifest.classNames).toEqual(['traffic light & sign']);
  expect(manifest.files[0]!.boxes).toEqual([
    { label: 0, xmin: 0, ymin: 0, xmax: 9, ymax: 9, difficult: true, truncated: true },
  ]);
});

test('an image belongs to the set that lists it; without an annotation it is background', async () => {
  const box = [['cat', 1, 1, 9, 9]] as const;
  const files = await vocFiles(
    { a: box, b: box, c: box, d: null, 'e f': box, g: box },
    {
      ...root,
      lists: {
        ...{ train: 'a\nb\ngone\n', val: 'c\r\nb\r\n', trainval: 'a\nb\nc\ng\n' },
        ...{ test: 'e f\nd  1\n', cat_train: 'a -1\n' },
      },
    },
  );
  const { manifest, problems } = await readDetection(files, voc);
  const sets = manifest.files.map(({ path, set }) => [path.slice('VOC/JPEGImages/'.length), set]);
  expect(Object.fromEntries(sets)).toEqual({
    ...{ 'a.png': 'train', 'b.png': 'validation', 'c.png': 'validation' },
    ...{ 'd.png': 'test', 'e f.png': 'test', 'g.png': 'train' },
  });
  expect(manifest).toMatchObject({ samples: 6, testSamples: 2 });
  expect(problems).toEqual({ 'no-annotation': 1, 'set-conflict': 1, 'unknown-entry': 1 });
});

test('leaves out images that were annotated at another size or whose annotation cannot be read', async () => {
  const files = await vocFiles({ good: [['cat', 1, 1, 9, 9]], torn: [], turned: [] }, root);
  files['VOC/Annotations/torn.xml'] = '<annotation><object>';
  files['VOC/Annotations/turned.xml'] = vocXml([['cat', 1, 1, 9, 9]], { side: 99 });
  files['VOC/Annotations/orphan.xml'] = vocXml([]);
  const { boxes, problems, messages } = await readDetection(files, voc);
  expect(Object.keys(boxes)).toEqual(['VOC/JPEGImages/good.png']);
  expect(problems).toEqual({ 'no-image': 1, 'wrong-size': 1, unreadable: 1 });
  expect(messages.join('\n')).toContain('VOC/JPEGImages/turned.png (annotated 99 × 99, is 40 × 40)');
});

test('takes annotations beside their images, in folders of sets', async () => {
  const files: Record<string, Buffer | string> = {};
  for (const set of ['train', 'valid', 'test']) {
    files[`${set}/a.png`] = await makePng(set.length, SIDE);
    files[`${set}/a.xml`] = vocXml([['cat', 1, 1, 9, 9]]);
  }
  const { manifest } = await readDetection(files, voc);
  expect(manifest.files.map(({ path, set }) => [path, set])).toEqual([
    ['test/a.png', 'test'],
    ['train/a.png', 'train'],
    ['valid/a.png', 'validation'],
  ]);
});

test('says what is missing, what is ambiguous, and what classes differ in', async () => {
  const one = await vocFiles({ a: [['cat', 1, 1, 9, 9]] }, { root: 'VOC2007' });
  const two = await vocFiles({ b: [['Cat', 1, 1, 9, 9]] }, { root: 'VOC2012' });
  await expect(readDetection({ ...one, ...two }, voc)).rejects.toThrow(
    'There are several Pascal VOC datasets: VOC2007, VOC2012. Name one behind the address, for example #folder=VOC2012',
  );
  await expect(readDetection({ ...one, ...two }, { ...voc, folder: 'VOC2008' })).rejects.toThrow('VOC2007, VOC2012');
  const chosen = await readDetection({ ...one, ...two }, { ...voc, folder: './VOC2012/' });
  expect(chosen.manifest.classNames).toEqual(['Cat']);
  await expect(readDetection({ 'a.png': await makePng(1), 'b.json': '{}' }, voc)).rejects.toThrow(
    'Files: 2, of them images: 1, .xml: 0, .json: 1. Is it coco:?',
  );
  const cases = await vocFiles(
    {
      a: [
        ['cat', 1, 1, 9, 9],
        ['Cat', 1, 1, 9, 9],
      ],
    },
    root,
  );
  await expect(readDetection(cases, voc)).rejects.toThrow('The classes "Cat" and "cat" differ only in case.');
  await expect(readDetection(await vocFiles({ a: [], b: [['cat', 5, 5, 5, 5]] }, root), voc)).rejects.toThrow(
    'The dataset has no box: 2 images were found. Its annotations: boxes left out, without width or height: 1 –',
  );
  const twins = { ...one, 'VOC2007/JPEGImages/a.jpg': await makePng(1) };
  await expect(readDetection(twins, voc)).rejects.toThrow('VOC2007/Annotations/a.xml may be of');
});
