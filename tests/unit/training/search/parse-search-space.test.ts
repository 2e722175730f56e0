import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ParameterError } from '../../../../src/core/errors.ts';
import {
  describeSearchSpace,
  parseSearchSpace,
  readSearchSpace,
} from '../../../../src/training/search/parse-search-space.ts';
import { configHash, spaceFingerprint } from '../../../../src/training/search/search-space.ts';

const yaml = `
learningRate: { float: [1e-4, 1e-2], log: true, steps: 5 }
batchSize: { choice: [32, 64] }
filters: { int: [8, 32], step: 8 }
`;

test('reads the three kinds of dimensions in declared order', () => {
  expect(parseSearchSpace(parse(yaml)).dimensions).toEqual([
    { kind: 'float', name: 'learningRate', low: 1e-4, high: 1e-2, log: true, steps: 5 },
    { kind: 'choice', name: 'batchSize', choices: [32, 64] },
    { kind: 'int', name: 'filters', low: 8, high: 32, log: false, step: 8 },
  ]);
});

test('what was parsed can be written down and parsed again', () => {
  const space = parseSearchSpace(parse(yaml));
  expect(parseSearchSpace(JSON.parse(JSON.stringify(describeSearchSpace(space))))).toEqual(space);
});

test('a list keeps its order where keys are sorted', () => {
  const space = parseSearchSpace([
    { name: 'b', int: [1, 2] },
    { name: 'a', choice: ['x'] },
  ]);
  expect(space.dimensions.map(({ name }) => name)).toEqual(['b', 'a']);
  expect(() => parseSearchSpace([{ name: 'b', int: [1, 2] }, { name: 'b', int: [1, 2] }, { int: [1, 2] }])).toThrow(
    /b: declared more than once/,
  );
});

test('tells all problems at once', () => {
  const bad = {
    learningRate: { float: [1, 0.1], log: 'yes' },
    decay: { float: [0, 1], log: true, step: 0.1 },
    batchSize: { choice: [] },
    filters: { int: [8, 32.5], steps: 1 },
    units: { int: [1, 2.5] },
    dropout: { flaot: [0, 1] },
    kernel: { choice: [3], log: true },
    both: { int: [1, 2], choice: [1] },
    plain: 3,
    'not a name': { choice: [1] },
  };
  const error = caught(() => parseSearchSpace(bad));
  expect(error).toBeInstanceOf(ParameterError);
  expect((error as ParameterError).details.problems).toEqual([
    'learningRate: log must be true or false, received "yes"',
    'decay: log needs a low above 0, received 0',
    'decay: log and step exclude each other; use steps for a number of values',
    'batchSize: choice must be a list of at least one number, text or true/false, received []',
    'filters: steps must be at least 2, received 1',
    'units: int takes whole numbers for low, high and step',
    'dropout: expected { float: [low, high] }, { int: [low, high] } or { choice: [value, …] }, received {"flaot":[0,1]}',
    'kernel: unknown key "log" for choice. There is: choice, when.',
    'both: expected { float: [low, high] }, { int: [low, high] } or { choice: [value, …] }, received more than one of them',
    'plain: expected { float: [low, high] }, { int: [low, high] } or { choice: [value, …] }, received 3',
    'not a name: a parameter name starts with a letter and holds letters, digits, _ . -',
  ]);
});

test('conditions that cannot be met are told, all at once and with the rest', () => {
  const bad = {
    optimizer: { choice: ['sgd', 'adam'] },
    learningRate: { float: [1e-4, 1e-2] },
    momentum: { float: [0.99, 0], when: { optimiser: 'sgd' } },
    nesterov: { choice: [true, false], when: { optimizer: ['sdg', 'sgd'] } },
    decay: { float: [0, 1], when: { learningRate: 0.001 } },
    chicken: { choice: [1, 2], when: { egg: 1 } },
    egg: { int: [1, 2], when: { chicken: 1 } },
    units: { choice: [8], when: [] },
  };
  expect(readSearchSpace(bad).problems).toEqual([
    'momentum: low 0.99 is above high 0',
    'units: when must be { other: value } or { other: [value, …] }, received []',
    'momentum: when names "optimiser", which is no parameter of the space. Did you mean "optimizer"?',
    'nesterov: when asks for optimizer "sdg", a value that it never has',
    'decay: when asks for a value of learningRate, which may be anything between its bounds; give it step, steps or choice',
    'chicken, egg: their conditions (when) go round in a circle',
  ]);
});

test.each([[null], [[]], ['grid'], [{}]])('%j is no search space', (raw) => {
  expect(() => parseSearchSpace(raw)).toThrow('The search space does not fit');
});

test('the fingerprint does not depend on the order of names, but on everything else', () => {
  const fingerprint = (text: string): string => spaceFingerprint(parseSearchSpace(parse(text)));
  const one = fingerprint('{ a: { choice: [1, 2] }, b: { int: [1, 4] } }');
  expect(fingerprint('{ b: { int: [1, 4] }, a: { choice: [1, 2] } }')).toBe(one);
  expect(fingerprint('{ b: { int: [1, 4.0] }, a: { choice: [1.0, 2] } }')).toBe(one);
  expect(fingerprint('{ a: { choice: [2, 1] }, b: { int: [1, 4] } }')).not.toBe(one);
  expect(fingerprint('{ a: { choice: [1, 2] }, b: { int: [1, 5] } }')).not.toBe(one);
});

test('equal points have equal hashes', () => {
  expect(configHash({ a: 1, b: -0 })).toBe(configHash({ b: 0, a: 1.0 }));
  expect(configHash({ a: 1 })).not.toBe(configHash({ a: '1' }));
});

function caught(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
