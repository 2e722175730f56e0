import { expect, test } from '@jest/globals';
import { tableText } from '../../../src/cli/table.ts';

test('columns are aligned, numbers to the right, and no line ends in spaces', () => {
  const rows = [
    { name: 'signs', size: '5' },
    { name: 'mnist-long', size: '1,000' },
  ];
  const text = tableText(rows, [
    { heading: 'name', cell: ({ name }) => name },
    { heading: 'size', align: 'right', cell: ({ size }) => size },
    { heading: 'end', cell: () => '' },
  ]);
  expect(text.split('\n')).toEqual(['NAME         SIZE  END', 'signs           5', 'mnist-long  1,000']);
});
