import { expect, test } from '@jest/globals';
import { findImageFolders } from '../../../../src/datasets/layout/image-folders.ts';

/** Samples as `path → class @ set`. */
function find(...paths: string[]) {
  const { classNames, samples, ignored } = findImageFolders(paths);
  const told = samples.map(
    ({ path, label, set }) => `${path} → ${classNames[label]!}${set === undefined ? '' : ` @ ${set}`}`,
  );
  return { classNames, told, ignored: ignored.map(({ path }) => path) };
}

test('class folders, whatever else lies about', () => {
  const { classNames, told, ignored } = find(
    'b/1.JPG',
    'a/deep/2.png',
    'README.md',
    'LICENSE',
    'a/notes.txt',
    'a/.hidden.jpg',
    '__MACOSX/a/1.jpg',
    '.git/x.png',
    'loose.jpg',
  );
  expect(classNames).toEqual(['a', 'b']);
  expect(told).toEqual(['b/1.JPG → b', 'a/deep/2.png → a']);
  expect(ignored).toEqual(['loose.jpg']);
});

test('wrapper folders are looked through', () => {
  expect(find('x/y/a/1.jpg', 'x/y/b/1.jpg', 'x/README.md').told).toEqual(['x/y/a/1.jpg → a', 'x/y/b/1.jpg → b']);
});

test('the sign-language dataset: doubled wrappers, a flat test folder, a class without test image', () => {
  const { classNames, told } = find(
    'asl_alphabet_train/asl_alphabet_train/A/A1.jpg',
    'asl_alphabet_train/asl_alphabet_train/D/D1.jpg',
    'asl_alphabet_train/asl_alphabet_train/del/del1.jpg',
    'asl_alphabet_train/asl_alphabet_train/nothing/nothing1.jpg',
    'asl_alphabet_test/asl_alphabet_test/A_test.jpg',
    'asl_alphabet_test/asl_alphabet_test/nothing_test.jpg',
  );
  expect(classNames).toEqual(['A', 'D', 'del', 'nothing']);
  expect(told.slice(4)).toEqual([
    'asl_alphabet_test/asl_alphabet_test/A_test.jpg → A @ test',
    'asl_alphabet_test/asl_alphabet_test/nothing_test.jpg → nothing @ test',
  ]);
});

test.each([
  ['train', 'test', 'test'],
  ['Training', 'Testing', 'test'],
  ['cats_train', 'cats_val', 'validation'],
  ['train', 'valid', 'validation'],
])('%s and %s are the sets of the source', (train, other, set) => {
  const { told } = find(`${train}/a/1.jpg`, `${train}/b/1.jpg`, `${other}/A/1.jpg`);
  expect(told).toEqual([
    `${train}/a/1.jpg → a @ train`,
    `${train}/b/1.jpg → b @ train`,
    `${other}/A/1.jpg → a @ ${set}`,
  ]);
});

test('test images of unknown classes, and images beside the sets, are told and not taken', () => {
  const { ignored } = find(
    'train/a/1.jpg',
    'train/b/1.jpg',
    'test/c/1.jpg',
    'test/bird.jpg',
    'test/b7.jpg',
    'extra/a/1.jpg',
  );
  expect(ignored).toEqual(['extra/a/1.jpg', 'test/c/1.jpg', 'test/bird.jpg']);
});

test('a class that is called train is a class', () => {
  expect(find('bus/1.jpg', 'car/1.jpg', 'train/1.jpg').classNames).toEqual(['bus', 'car', 'train']);
});

test('the longest class name wins in a flat test folder', () => {
  const { told } = find('train/d/1.jpg', 'train/d_x/1.jpg', 'test/d_x_1.jpg', 'test/d1.jpg');
  expect(told.slice(2)).toEqual(['test/d_x_1.jpg → d_x @ test', 'test/d1.jpg → d @ test']);
});

test.each([
  [['1.jpg', '2.jpg'], 'no class folders with images'],
  [['only/1.jpg'], 'one class folder, "only"'],
  [['README.md'], 'no class folders with images'],
  [['a/1.jpg', 'A/1.jpg', 'b/1.jpg'], 'differ only in case'],
  [['caf\u00e9/1.jpg', 'cafe\u0301/1.jpg', 'b/1.jpg'], 'differ only in how their letters are composed (NFC or NFD)'],
  [[], 'no class folders with images'],
])('refuses %j', (paths, message) => {
  expect(() => find(...paths)).toThrow(message);
});

test('labels are found however their letters are composed, in test folders and in the names of their files', () => {
  const { told } = find(
    ...['train/caf\u00e9/1.jpg', 'train/\u65e5\u672c/1.jpg', 'test/cafe\u0301/1.jpg', 'test/CAFE\u0301/2.jpg'],
  );
  expect(told.filter((line) => line.endsWith('@ test'))).toEqual([
    'test/cafe\u0301/1.jpg \u2192 caf\u00e9 @ test',
    'test/CAFE\u0301/2.jpg \u2192 caf\u00e9 @ test',
  ]);
  expect(find('train/caf\u00e9/1.jpg', 'train/b/1.jpg', 'test/cafe\u0301_test.jpg').told.at(-1)).toBe(
    'test/cafe\u0301_test.jpg \u2192 caf\u00e9 @ test',
  );
});
