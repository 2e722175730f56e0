import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { DataError } from '../../../../src/core/errors.ts';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import { readJsonElements } from '../../../../src/datasets/coco/json-elements.ts';
import { temporaryFolder } from '../../../helpers/dataset-files.ts';

async function elementsOf(content: string | Uint8Array, wanted = ['a', 'b']): Promise<unknown[]> {
  const file = path.join(await temporaryFolder(), 'x.json');
  await writeFile(file, content);
  const { signal } = new AbortController();
  const found: unknown[] = [];
  for await (const element of readJsonElements(file, { name: 'x.json', wanted, signal })) found.push(element);
  return found;
}

test('gives the elements of the wanted arrays one after the other, whatever lies between', async () => {
  const document = {
    skipped: { a: [1, { b: [2] }], text: 'a ] and \\" } and \\' },
    'sk"ip': [[[]], {}],
    ...{ a: [{ x: [1, [2]], y: '],"\\' }, 7, 'ü,猫', null, []], more: 'text', b: [], number: 1.5 },
  };
  const expected = document.a.map((value, index) => ({ key: 'a', index, value }));
  expect(await elementsOf(JSON.stringify(document))).toEqual(expected);
  expect(await elementsOf(`\ufeff ${JSON.stringify(document, null, 2)} \n`)).toEqual(expected);
  expect(await elementsOf(' { } ')).toEqual([]);
});

test('reads elements that reach over what is read at once', async () => {
  const long = Array.from({ length: 40 }, (_, at) => ({ at, text: `${at}"\\`.repeat(30_000) }));
  const found = await elementsOf(JSON.stringify({ a: long }));
  expect(found).toEqual(long.map((value, index) => ({ key: 'a', index, value })));
});

test.each([
  ['', 'it ends too early'],
  ['[1, 2]', 'at byte 0: a JSON object was expected'],
  ['"a"', 'a JSON object was expected'],
  ['{"a": [{"x": 1}', 'it ends too early'],
  ['{"a": [{"x": 1}, {"x": "}]', 'it ends too early'],
  ['{"a": [{"x": }]}', 'element 0 of "a" is no JSON'],
  ['{"a": [1, ]}', 'element 1 of "a" is no JSON'],
  ['{"a": [1, 2}', '"a" is not closed by ]'],
  ['{"a": [1] [2]}', 'a key was expected'],
  ['{"a": [1] "b": [2]}', 'a key was expected'],
  ['{a: [1]}', 'a key was expected'],
  ['{"c": 1,}', 'a key and its value were expected'],
  ['{"c": one}', 'a key and its value were expected'],
  ['{} {}', 'something follows its end'],
  ['{}x', 'a JSON object was expected'],
])('refuses %s', async (text, message) => {
  await expect(elementsOf(text)).rejects.toThrow(DataError);
  await expect(elementsOf(text)).rejects.toThrow(message);
});

test('refuses one value that is larger than all of COCO’s, and holds nothing of what it passes over', async () => {
  const large = 'x'.repeat(17 * 2 ** 20);
  await expect(elementsOf(JSON.stringify({ a: [large] }))).rejects.toThrow('has more than 16,777,216 bytes');
  expect(await elementsOf(JSON.stringify({ skipped: [large], a: [1] }))).toHaveLength(1);
});

test('of damaged documents gives an error or whole elements, and ends', async () => {
  const document = Buffer.from(JSON.stringify({ c: [1, { x: '[' }], a: [{ x: [1, 2] }, { y: '}' }], b: [true] }));
  const random = seededRandom('json');
  for (let round = 0; round < 200; round += 1) {
    const damaged = Buffer.from(document);
    damaged[random.integer(damaged.length)] = '{}[]",:x\\'.charCodeAt(random.integer(9));
    await elementsOf(damaged).catch((error: unknown) => expect(error).toBeInstanceOf(DataError));
  }
});
