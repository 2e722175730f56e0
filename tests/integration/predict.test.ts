import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { predictImages, type Predictions } from '../../src/app/predict.ts';
import { drawCorners, SHORT, temporaryProject, type TestProject } from '../helpers/project.ts';
import { makeZip } from '../helpers/make-zip.ts';

let project: TestProject;
let images: string;
beforeAll(async () => {
  project = await temporaryProject();
  await drawCorners(path.join(project.folder, 'corners'), 30);
  const outcome = await project.run('pipeline', { ...SHORT, source: 'folder:corners', epochs: 8 });
  expect(outcome).toMatchObject({
    flowRun: { state: { kind: 'Completed' } },
    result: { metrics: { testAccuracy: 1 } },
  });
  images = path.join(project.folder, 'new');
  await drawCorners(images, 3, 500);
});

const ask = (paths: readonly string[], options: { readonly model?: string } = {}): Promise<Predictions> =>
  predictImages(project.services, { paths, ...options, signal: new AbortController().signal });

test('an image gets a label, its probability and the runners-up', async () => {
  const { images: entries, word, model } = await ask(['new/top/500.png']);
  expect(entries).toEqual([
    {
      path: 'new/top/500.png',
      label: 'top',
      probability: expect.any(Number),
      topK: [expect.objectContaining({ label: 'top' }), expect.anything(), expect.anything()],
      modelVersion: 'corners/1',
    },
  ]);
  expect(word).toBeNull();
  expect(model).toMatchObject({ name: 'corners', version: 1, synthetic: false });
});

test('several images spell a word in the order in which they were given', async () => {
  const { word } = await ask(['new/top/501.png', 'new/bottom/500.png', 'new/left/500.png']);
  expect(word).toBe('topbottomleft');
});

test('a broken image is an entry with an error and does not stop the others', async () => {
  await writeFile(
    path.join(project.folder, 'torn.png'),
    (await readFile(path.join(images, 'top', '500.png'))).subarray(0, 40),
  );
  const { images: entries, failed } = await ask(['torn.png', 'new/left/500.png']);
  expect(entries).toMatchObject([
    { path: 'torn.png', error: expect.stringContaining('cannot be decoded') },
    { label: 'left' },
  ]);
  expect(failed).toBe(1);
});

test('a zip is read safely, its images in natural order', async () => {
  const entries = await Promise.all(
    [
      ['10.png', 'top'],
      ['2.png', 'left'],
      ['1.png', 'bottom'],
    ].map(async ([name, label]) => ({
      path: `word/${name!}`,
      data: await readFile(path.join(images, label!, '502.png')),
    })),
  );
  await writeFile(
    path.join(project.folder, 'word.zip'),
    makeZip([...entries, { path: 'word/README.md', data: 'hello' }]),
  );
  const { word, images: read } = await ask(['word.zip']);
  expect(word).toBe('bottomlefttop');
  expect(read.map((entry) => entry.path)).toEqual([
    'word.zip/word/1.png',
    'word.zip/word/2.png',
    'word.zip/word/10.png',
  ]);

  await writeFile(path.join(project.folder, 'evil.zip'), makeZip([{ path: '../evil.png', data: 'x' }]));
  await expect(ask(['evil.zip'])).rejects.toMatchObject({
    code: 'DATA',
    message: expect.stringContaining('../evil.png'),
  });
});

test('every missing file is named, as is a model that does not exist', async () => {
  await expect(ask(['a.png', 'new/top/500.png', 'b.png'])).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/a\.png.*b\.png/),
  });
  await expect(ask(['new/top/500.png'], { model: 'corner' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a folder without images is told', async () => {
  await mkdir(path.join(project.folder, 'empty'));
  await expect(ask(['empty'])).rejects.toMatchObject({ code: 'DATA', message: 'There are no images in empty.' });
});

test('a challenger with other data is compared on its own test samples, which the champion then sees', async () => {
  await drawCorners(path.join(project.folder, 'others'), 30, 1_000);
  const outcome = await project.run('pipeline', { ...SHORT, source: 'folder:others', model: 'corners', epochs: 8 });
  expect(outcome.result).toMatchObject({
    model: { name: 'corners', version: 2, aliases: [] },
    promotion: { decision: 'kept', reason: expect.stringMatching(/against 100\.00 % on \d+ common test samples/) },
  });
});
