import { expect, test } from '@jest/globals';
import { closestName, didYouMean } from '../../../src/core/closest-name.ts';

test('a typing error finds the name that was meant', () => {
  expect(closestName('piplin', ['collect', 'pipeline', 'prep'])).toBe('pipeline');
  expect(closestName('nmae', ['name', 'times'])).toBe('name');
});

test('another way to write a name is no error at all', () => {
  expect(closestName('image_size', ['imageSize', 'image'])).toBe('imageSize');
});

test('a name that is far from all of them gets no suggestion but the list', () => {
  expect(closestName('xyz', ['collect', 'prep'])).toBeUndefined();
  expect(didYouMean('xyz', ['collect', 'prep'])).toBe('There is: collect, prep.');
});

test('with nothing to choose from it says so', () => {
  expect(didYouMean('xyz', [])).toBe('There are none yet.');
});
