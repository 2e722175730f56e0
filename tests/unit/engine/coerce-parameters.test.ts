import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { ParameterError } from '../../../src/core/errors.ts';
import { coerceAndRecord, coerceParameters } from '../../../src/engine/coerce-parameters.ts';

const schema = z.object({
  epochs: z.number().int().min(1).default(10),
  rate: z.number().optional(),
  force: z.boolean().default(false),
  name: z.string().default('asl'),
  engine: z.enum(['auto', 'onnx', 'cpu']).default('auto'),
  rates: z.array(z.number()).default([]),
  imageSize: z.union([z.number().int(), z.object({ height: z.number().int(), width: z.number().int() })]).default(64),
  limit: z.number().nullable().default(null),
});

test.each([
  ['a number', { epochs: '5' }, { epochs: 5 }],
  ['a number with an exponent', { rate: ' 1e-3 ' }, { rate: 0.001 }],
  ['a boolean', { force: 'true' }, { force: true }],
  ['a list', { rates: '[0.1, 0.2]' }, { rates: [0.1, 0.2] }],
  ['text inside a list', { rates: ['0.1', 2] }, { rates: [0.1, 2] }],
  ['the first form of a union that fits', { imageSize: '32' }, { imageSize: 32 }],
  ['an object form of a union', { imageSize: '{"height": 8, "width": "9"}' }, { imageSize: { height: 8, width: 9 } }],
  ['null where null is allowed', { limit: 'null' }, { limit: null }],
])('text becomes %s', (_, raw, expected) => {
  expect(coerceParameters(schema, raw)).toMatchObject(expected);
});

test('text stays text where text is wanted, even when it looks like a number', () => {
  expect(coerceParameters(schema, { name: '5' }).name).toBe('5');
  expect(coerceParameters(z.object({ id: z.union([z.string(), z.number()]) }), { id: '5' })).toEqual({ id: '5' });
});

test('an untyped parameter takes JSON text and any other text', () => {
  const untyped = z.object({ space: z.unknown() });
  expect(coerceParameters(untyped, { space: '{"rate": [1, 2]}' })).toEqual({ space: { rate: [1, 2] } });
  expect(coerceParameters(untyped, { space: 'grid' })).toEqual({ space: 'grid' });
});

test('without parameters there are the defaults', () => {
  expect(coerceParameters(schema, undefined)).toMatchObject({ epochs: 10, imageSize: 64, limit: null });
});

test('all problems are told at once', () => {
  const raw = { epoch: 3, epochs: 'many', force: 'perhaps', engine: 'onyx', imageSize: { height: 3, width: 'x' } };
  const problems = problemsOf(() => coerceParameters(schema, raw));
  expect(problems).toEqual([
    'unknown parameter "epoch". Did you mean "epochs"?',
    'epochs: expected number, received "many".',
    'force: expected boolean, received "perhaps".',
    'engine: expected "auto" or "onnx" or "cpu", received "onyx".',
    'imageSize: expected number, or width: expected number, received {"height":3,"width":"x"}.',
  ]);
});

test('a missing parameter is called missing', () => {
  expect(problemsOf(() => coerceParameters(z.object({ source: z.string() }), {}))).toEqual([
    'source is missing: expected string.',
  ]);
});

test('an unknown key deep inside is refused by its path', () => {
  const nested = z.object({ split: z.object({ train: z.number() }), any: z.looseObject({}).optional() });
  expect(problemsOf(() => coerceParameters(nested, { split: { train: 1, tset: 0.1 }, any: { x: 1 } }))).toEqual([
    'unknown parameter "split.tset". There is: train.',
  ]);
  const strict = z.strictObject({ train: z.number() });
  expect(problemsOf(() => coerceParameters(strict, { train: 1, trains: 1 }))).toEqual([
    'unknown parameter "trains". Did you mean "train"?',
  ]);
});

test('what is recorded has the defaults and parses to the same parameters again', () => {
  const { parameters, recorded } = coerceAndRecord(schema, { epochs: '5' });
  expect(recorded).toMatchObject({ epochs: 5, engine: 'auto', imageSize: 64 });
  expect(coerceAndRecord(schema, recorded).parameters).toEqual(parameters);
});

test('a default is recorded whatever the order of its keys', () => {
  const shift = z.strictObject({ x: z.number(), y: z.number() }).default({ y: 2, x: 1 });
  expect(coerceAndRecord(z.object({ shift, seed: z.number() }), { seed: 3 }).recorded).toEqual({
    seed: 3,
    shift: { x: 1, y: 2 },
  });
});

test('a parameter that its schema transforms is recorded as it was given', () => {
  const transformed = z.object({ path: z.string().transform((path) => `${path}/`), depth: z.number().default(1) });
  const { parameters, recorded } = coerceAndRecord(transformed, { path: 'data' });
  expect(parameters).toEqual({ path: 'data/', depth: 1 });
  expect(recorded).toEqual({ path: 'data', depth: 1 });
});

function problemsOf(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    if (error instanceof ParameterError) return error.details.problems;
  }
  return 'accepted';
}
