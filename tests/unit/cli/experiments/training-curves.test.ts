import { Chalk } from 'chalk';
import { expect, test } from '@jest/globals';
import { trainingCurves } from '../../../../src/cli/experiments/training-curves.ts';

const plain = { columns: Infinity, paint: new Chalk({ level: 0 }) };
const curve = (...values: number[]) =>
  values.map((value, index) => ({ step: index + 1, value, at: '2026-01-01T00:00:00Z' }));

test('training and validation share a chart, which keeps to 80 columns where there is no terminal', () => {
  const history = { loss: curve(2, 1, 0.5), validationLoss: curve(2.2, 1.4, 1), accuracy: curve(0.1, 0.5, 0.9) };
  const text = trainingCurves(history, [], plain)!;
  const [losses, accuracies] = text.split('\n\n') as [string, string];
  expect(losses).toContain('── loss   ╌╌ validationLoss');
  expect(accuracies).toContain('── accuracy\n');
  const rows = losses.split('\n');
  expect(rows).toHaveLength(14);
  expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(80);
  expect(rows[1]).toMatch(/^2\.2 ┤[\u2801-\u28ff]/);
  expect(rows[12]).toMatch(/^0\.5 ┤ .*[\u2801-\u28ff]$/);
  expect(rows[13]).toMatch(/^ +1 +3$/);
});

test('a curve falls from its first value to its last', () => {
  const text = trainingCurves({ loss: curve(4, 3, 2, 1) }, ['loss'], { ...plain, columns: 14 })!;
  const marked = text
    .split('\n')
    .slice(1, 13)
    .map((row) => row.slice(3).search(/[\u2801-\u28ff]/));
  expect(marked.every((column) => column >= 0)).toBe(true);
  expect(marked).toEqual(marked.toSorted((left, right) => left - right));
});

test('one value, or the same value again, is drawn, too', () => {
  expect(trainingCurves({ loss: curve(1) }, [], plain)).toMatch(/[\u2801-\u28ff]/);
  expect(trainingCurves({ loss: curve(1, 1, 1) }, [], plain)).toMatch(/[\u2801-\u28ff]{20}/);
});

test('nothing is drawn of a run that measured nothing, and an unknown metric is told with those there are', () => {
  expect(trainingCurves({}, [], plain)).toBeUndefined();
  expect(() => trainingCurves({ loss: curve(1) }, ['los'], plain)).toThrow('Did you mean "loss"?');
});
