import { expect, test } from '@jest/globals';
import { naturalOrder, orderGivenPaths } from '../../../src/app/natural-order.ts';

test('numbers in names count as numbers', () => {
  expect(['hand10.jpg', 'Hand2.jpg', 'hand1.jpg'].toSorted(naturalOrder)).toEqual([
    'hand1.jpg',
    'Hand2.jpg',
    'hand10.jpg',
  ]);
});

test('what a shell listed is put into natural order', () => {
  expect(orderGivenPaths(['1.jpg', '10.jpg', '2.jpg'])).toEqual(['1.jpg', '2.jpg', '10.jpg']);
});

test('what a person wrote stays in their order', () => {
  expect(orderGivenPaths(['h.jpg', 'e.jpg', 'l.jpg'])).toEqual(['h.jpg', 'e.jpg', 'l.jpg']);
});
