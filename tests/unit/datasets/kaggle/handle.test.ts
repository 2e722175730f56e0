import { expect, test } from '@jest/globals';
import { ParameterError } from '../../../../src/core/errors.ts';
import { handleText, pageOf, parseHandle } from '../../../../src/datasets/kaggle/handle.ts';

test.each([
  ['grassknoted/asl-alphabet', 'grassknoted/asl-alphabet'],
  ['grassknoted/asl-alphabet/', 'grassknoted/asl-alphabet'],
  ['a_b/c/versions/12', 'a_b/c/versions/12'],
  ['https://www.kaggle.com/datasets/grassknoted/asl-alphabet', 'grassknoted/asl-alphabet'],
])('takes %s', (text, normal) => {
  expect(handleText(parseHandle(text))).toBe(normal);
  expect(pageOf(parseHandle(text))).toBe(`https://www.kaggle.com/datasets/${normal}`);
});

test.each(['', 'asl-alphabet', 'a/b/c', 'a/b/versions', 'a/b/versions/x', '../b', 'a/..', 'a b/c'])(
  'refuses "%s" and shows how it is written',
  (text) => {
    expect(() => parseHandle(text)).toThrow(ParameterError);
    expect(() => parseHandle(text)).toThrow('Write kaggle:owner/slug');
  },
);

test.each(['0', '-1', '99999999999999999999'])('refuses version %s', (version) => {
  expect(() => parseHandle(`a/b/versions/${version}`)).toThrow('count from 1');
});

test('a file of a dataset is named behind it, and has the page of the dataset', () => {
  const handle = parseHandle('a/b/versions/3#file=train/my signs #1.zip');
  expect(handle).toEqual({ owner: 'a', slug: 'b', version: 3, file: 'train/my signs #1.zip' });
  expect(handleText(handle)).toBe('a/b/versions/3#file=train/my signs #1.zip');
  expect(pageOf(handle)).toBe('https://www.kaggle.com/datasets/a/b/versions/3');
});

test.each([
  ['a/b#', 'expected #file='],
  ['a/b#train.zip', 'expected #file='],
  ['a/b#file=', 'expected #file='],
  ['a/b#file=../c', 'leaves the folder'],
  ['a/b#file=/etc/passwd', 'is absolute'],
  ['a/b#file=train/', 'it is a folder'],
])('refuses %s as the name of a file', (text, reason) => {
  expect(() => parseHandle(text)).toThrow(ParameterError);
  expect(() => parseHandle(text)).toThrow(reason);
});
