import { expect, test } from '@jest/globals';
import { spellWord } from '../../../src/app/spell-word.ts';

test('labels spell a word in their order', () => {
  expect(spellWord(['H', 'E', 'L', 'L', 'O'])).toBe('HELLO');
});

test('space adds a blank, del removes the last character, nothing adds nothing', () => {
  expect(spellWord(['A', 'space', 'B', 'C', 'del', 'nothing', 'D'])).toBe('A BD');
});

test('control classes act whatever their case', () => {
  expect(spellWord(['A', 'Space', 'B', 'Nothing', 'DEL'])).toBe('A ');
});

test('deleting from an empty word leaves it empty', () => {
  expect(spellWord(['del', 'del', 'A'])).toBe('A');
});

test('a class of several letters is one character to delete', () => {
  expect(spellWord(['cat', 'dog', 'del'])).toBe('cat');
});
