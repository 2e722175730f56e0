import { expect, test } from '@jest/globals';
import { ParameterError } from '../../../../src/core/errors.ts';
import { systemClock } from '../../../../src/core/clock.ts';
import { openSource } from '../../../../src/datasets/sources/open-source.ts';
import { temporaryFolder, writeFiles } from '../../../helpers/dataset-files.ts';

const context = { clock: systemClock, cwd: '/data' };
const addressOf = async (address: string) => (await openSource(address, context)).address;

test('an address names the path and what to take of it', async () => {
  expect(await addressOf('voc:VOCdevkit')).toBe('voc:/data/VOCdevkit');
  expect(await addressOf('voc:a.zip#folder=VOCdevkit/VOC2012')).toBe('voc:/data/a.zip#folder=VOCdevkit/VOC2012');
  expect(await addressOf('coco:./x#annotations=a b.json&annotations=c&d.json')).toBe(
    'coco:/data/x#annotations=a b.json&annotations=c&d.json',
  );
  expect(await addressOf('coco:issue#7/x')).toBe('coco:/data/issue#7/x');
});

test.each([
  ['voc:x#annotations=a.json', '"annotations" is no option of voc:. There is: folder.'],
  ['coco:x#anotations=a.json', 'Did you mean "annotations"?'],
  ['coco:x#annotations=', '#annotations= takes a value each time'],
  ['voc:x#folder=a&folder=b', '#folder= takes one value'],
  ['voc:', 'needs a path, for example voc:VOCdevkit/VOC2012'],
])('%s is refused', async (address, message) => {
  await expect(addressOf(address)).rejects.toThrow(ParameterError);
  await expect(addressOf(address)).rejects.toThrow(message);
});

test('a path that is not there is an error with the one that was probably meant, a file of annotations one with the way', async () => {
  const cwd = await temporaryFolder();
  await writeFiles(cwd, { 'pets/labels.json': '{}' });
  const { signal } = new AbortController();
  const describe = async (address: string) => (await openSource(address, { clock: systemClock, cwd })).describe(signal);
  await expect(describe('coco:pet')).rejects.toThrow(`Did you mean ${cwd}/pets?`);
  await expect(describe('coco:pets/labels.json')).rejects.toThrow(`coco:${cwd}/pets#annotations=labels.json`);
});
