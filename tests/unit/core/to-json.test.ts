import { expect, test } from '@jest/globals';
import { canonicalJson, hashJson } from '../../../src/core/json.ts';
import { toJson } from '../../../src/core/to-json.ts';

test.each([
  ['a number that is not finite', { loss: [1, Number.NaN] }, 'result.loss[1] is not JSON: received NaN'],
  ['a date', { at: new Date(0) }, 'result.at is not JSON: received an instance of Date'],
  ['a big integer', { n: 1n }, 'result.n is not JSON: received bigint'],
  ['a function', [() => 1], 'result[0] is not JSON: received function'],
  ['a typed array', { pixels: new Uint8Array(2) }, 'result.pixels is not JSON: received an instance of Uint8Array'],
])('refuses %s and names its path', (_, value, message) => {
  expect(() => toJson(value, 'result')).toThrow(message);
});

test('refuses a cycle but not the same object in two places', () => {
  const shared = { a: 1 };
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  expect(toJson({ x: shared, y: shared })).toEqual({ x: { a: 1 }, y: { a: 1 } });
  expect(() => toJson(cycle)).toThrow('value.self is not JSON: received a cycle');
});

test('an undefined result is null and undefined members are left out', () => {
  expect(toJson(undefined)).toBeNull();
  expect(toJson({ a: undefined, b: 1 })).toEqual({ b: 1 });
});

test('equal values have the same canonical text and hash whatever the order of their keys', () => {
  expect(canonicalJson({ b: [1, { d: 2, c: 3 }], a: null })).toBe('{"a":null,"b":[1,{"c":3,"d":2}]}');
  expect(hashJson({ b: 1, a: 2 })).toBe(hashJson({ a: 2, b: 1 }));
  expect(hashJson({ b: 1 })).not.toBe(hashJson({ b: 2 }));
});
