import { expect, test } from '@jest/globals';
import { ParameterError } from '../../../../src/core/errors.ts';
import { parseSampleSigns, sampleSignsAddress } from '../../../../src/datasets/sample-signs/sample-options.ts';

test('an address without options means seed 7 and 100 images a class', () => {
  expect(parseSampleSigns('signs')).toEqual({ seed: 7, perClass: 100 });
});

test('options are read in any order', () => {
  expect(parseSampleSigns('signs?perClass=5&seed=0')).toEqual({ seed: 0, perClass: 5 });
});

test('equal options have one address, and it leads back to them', () => {
  expect(sampleSignsAddress(parseSampleSigns('signs?seed=7&perClass=100'))).toBe('sample:signs');
  const options = { seed: 8, perClass: 50 };
  const address = sampleSignsAddress(options);
  expect(address).toBe('sample:signs?seed=8&perClass=50');
  expect(parseSampleSigns(address.slice('sample:'.length))).toEqual(options);
});

test.each([
  ['signs?seed=x', /seed is "x", not an integer from 0 to 4294967295/u],
  ['signs?seed=-1', /seed is "-1"/u],
  ['signs?seed=1.5', /seed is "1.5"/u],
  ['signs?seed=', /seed is ""/u],
  ['signs?perClass=0', /perClass is "0", not an integer from 1 to 10000/u],
  ['signs?perClass=1e3', /perClass is "1e3"/u],
  ['signs?seed=1&seed=2', /seed is given twice/u],
  ['signs?perclas=3', /no option "perclas". Did you mean "perClass"\?/u],
  ['sign', /no sample "sign". Did you mean "signs"\?/u],
  ['', /no sample ""/u],
])('%j is refused with what is allowed', (rest, message) => {
  expect(() => parseSampleSigns(rest)).toThrow(ParameterError);
  expect(() => parseSampleSigns(rest)).toThrow(message);
  expect(() => parseSampleSigns(rest)).toThrow(/Allowed is sample:signs\[\?seed=7&perClass=100\]/u);
});

test('all that is wrong is told at once', () => {
  expect(() => parseSampleSigns('signs?seed=x&perClass=0&size=3')).toThrow(/seed.*perClass.*size/su);
});
