import { expect, test } from '@jest/globals';
import { overlap } from '../../../src/core/overlap.ts';

test('gives the results in order, starting each item while the one before it is looked at', async () => {
  const told: string[] = [];
  const results = overlap(['a', 'b', 'c'], (item) => {
    told.push(`start ${item}`);
    return Promise.resolve(item);
  });
  for await (const result of results) told.push(`take ${result}`);
  expect(told).toEqual(['start a', 'start b', 'take a', 'start c', 'take b', 'take c']);
});

test('gives nothing for no items', async () => {
  const results = overlap([], () => Promise.resolve(1));
  expect(await results.next()).toEqual({ done: true, value: undefined });
});

test('ends with the first error, starts nothing after it, and what was under way behind it fails unheard', async () => {
  const started: number[] = [];
  const taken: number[] = [];
  const failing = async () => {
    for await (const result of overlap([0, 1, 2, 3], (item) => {
      started.push(item);
      return item === 0 ? Promise.resolve(item) : Promise.reject(new Error(`item ${item}`));
    })) {
      taken.push(result);
    }
  };
  await expect(failing()).rejects.toThrow('item 1');
  expect(taken).toEqual([0]);
  expect(started).toEqual([0, 1, 2]);
});

test('lets go of its source when nobody takes any more', async () => {
  const source = { isOpen: true };
  async function* numbers() {
    try {
      for (let next = 0; ; next += 1) yield await Promise.resolve(next);
    } finally {
      source.isOpen = false;
    }
  }
  for await (const result of overlap(numbers(), (item) => Promise.resolve(item))) {
    if (result === 1) break;
  }
  expect(source.isOpen).toBe(false);
});
