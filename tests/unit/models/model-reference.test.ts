import { expect, test } from '@jest/globals';
import { checkAlias, checkModelName, parseModelReference } from '../../../src/models/model-reference.ts';

test.each([
  ['signs', { kind: 'name', name: 'signs' }],
  ['signs@champion', { kind: 'alias', name: 'signs', alias: 'champion' }],
  ['signs/3', { kind: 'version', name: 'signs', version: 3 }],
  ['models:/signs@champion', { kind: 'alias', name: 'signs', alias: 'champion' }],
  ['models:/signs/12', { kind: 'version', name: 'signs', version: 12 }],
])('%s names a model', (text, reference) => {
  expect(parseModelReference(text)).toEqual(reference);
});

test.each(['', '@champion', 'signs@', 'signs/', 'signs/1/2', '../signs', 'signs@a@b', 'models:/'])(
  '"%s" does not name a model',
  (text) => {
    expect(() => parseModelReference(text)).toThrow('does not name a model');
  },
);

test.each(['signs/latest', 'signs/0', 'signs/1.5', 'signs/v2'])('%s has no version number', (text) => {
  expect(() => parseModelReference(text)).toThrow('whole number from 1 on');
});

test.each(['latest', 'Latest', 'LATEST', 'v1', 'V22'])('the alias %s is reserved', (alias) => {
  expect(() => checkAlias(alias)).toThrow('reserved');
});

test.each(['', 'a b', 'a/b', 'ä', 'x'.repeat(256)])('"%s" is no alias', (alias) => {
  expect(() => checkAlias(alias)).toThrow('cannot be an alias');
});

test.each(['champion', 'v', 'v1b', 'latest-good', '2024', 'x'.repeat(255)])('%s is an alias', (alias) => {
  expect(() => checkAlias(alias)).not.toThrow();
});

test.each(['', '.', '..', '.hidden', 'a/b', 'a b', 'x'.repeat(101)])('"%s" cannot name a model', (name) => {
  expect(() => checkModelName(name)).toThrow('cannot name a model');
});
