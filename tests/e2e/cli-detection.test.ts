import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { catalogue } from '../../flows/catalogue.ts';
import { temporaryFolder } from '../helpers/dataset-files.ts';
import { vocFiles, type Drawn } from '../helpers/detection-files.ts';
import { makeZip } from '../helpers/make-zip.ts';
import { runCliHere } from './run-cli.ts';

let cwd = '';
const cli = (...args: string[]) => runCliHere(args, { cwd, catalogue });
const json = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await cli(...args, '--json')).stdout) as Record<string, unknown>;

async function writePets(...more: readonly Drawn[]): Promise<void> {
  const files = await vocFiles(
    {
      one: [
        ['cat', 1, 1, 20, 20],
        ['dog', 5, 5, 30, 30],
      ],
      two: [['cat', 7, 7, 7, 7], ...more],
      three: null,
    },
    { lists: { train: 'one\nthree\n', test: 'two\n' } },
  );
  const entries = Object.entries(files).map(([name, data]) => ({ path: name, data }));
  await writeFile(path.join(cwd, 'pets.zip'), makeZip(entries));
}

beforeAll(async () => {
  cwd = await temporaryFolder();
});

test('a detection dataset is collected, shown, listed, verified, compared and described, and not prepared', async () => {
  await writePets();
  const collected = await cli('run', 'collect', '-p', 'source=voc:pets.zip');
  expect(collected.code).toBe(0);
  expect(collected.stdout).toContain('3 images with 2 boxes of 2 classes');
  expect(collected.stdout).toMatch(
    /Annotations +boxes left out, without width or height: 1 – VOCdevkit\/VOC2012\/Annotations\/two\.xml \(cat\)/,
  );
  expect(collected.stdout).toContain('Next         mlflow-ts data describe');
  const again = await json('run', 'collect', '-p', 'source=voc:pets.zip');
  expect(again.result).toMatchObject({
    ...{ layout: 'detection', samples: 3, testSamples: 1, boxes: 2 },
    annotationProblems: [
      { kind: 'no-extent', count: 1 },
      { kind: 'no-annotation', count: 1 },
    ],
  });

  const shown = await cli('data', 'show', 'pets');
  expect(shown.stdout).toMatch(/Boxes +2\n/);
  expect(shown.stdout).toMatch(/\ncat +1 +1\ndog +1 +1\n/);
  expect(shown.stdout).toMatch(/1 +boxes left out, without width or height +VOCdevkit/);
  expect((await cli('data', 'ls')).stdout).toMatch(/pets +2 +3 +2 /);
  expect((await cli('data', 'verify')).stdout).toContain('is as it was collected: 3 files');

  const prepared = await cli('run', 'prep');
  expect(prepared.code).toBe(2);
  expect(prepared.stdout + prepared.stderr).toContain('pets is a detection dataset: its images have boxes');

  await writePets(['dog', 3, 3, 9, 9]);
  await cli('run', 'collect', '-p', 'source=voc:pets.zip');
  const diff = await cli('data', 'diff', (again.result as { id: string }).id, 'latest');
  expect(diff.stdout).toContain('1 relabelled (3 samples → 3)');
  expect(diff.stdout).toMatch(/dog +1 +0 +0 +0 +1 +0 +2\n/);
  expect(diff.stdout).toMatch(/relabelled +0 boxes → 1 box +VOCdevkit\/VOC2012\/JPEGImages\/two\.png/);

  const described = await cli('data', 'describe', '--workers', '1', '--report', 'about.html');
  expect(described.stdout).toMatch(/Boxes +3, 1 image without\n/);
  expect(described.stdout).toMatch(/BOXES OF +BOXES +TRAIN +TEST\ncat +1 +1 +0\ndog +2 +1 +1\n/);
  const page = await readFile(path.join(cwd, 'about.html'), 'utf8');
  expect(page).toContain('<h2>Boxes</h2>');
  expect(page).not.toMatch(/<script|src="(?!data:)|url\(|@import/);
  expect(await json('data', 'describe')).toMatchObject({
    ...{
      images: 3,
      classes: [
        { class: 'cat', images: 1 },
        { class: 'dog', images: 2 },
      ],
    },
    boxes: { boxes: 3, background: 1, perImage: { low: 0, median: 1, high: 2 }, sizes: { small: 3 } },
  });
});
