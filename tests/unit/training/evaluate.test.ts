import { expect, test } from '@jest/globals';
import { evaluate } from '../../../src/training/evaluate.ts';

// Six samples of three classes. Predicted: a a b b c a, true: a a a b b c.
const probabilities = Float32Array.from(
  [
    [0.5, 0.25, 0.25],
    [0.5, 0.5, 0],
    [0.25, 0.5, 0.25],
    [0.125, 0.5, 0.375],
    [0, 0.25, 0.75],
    [1, 0, 0],
  ].flat(),
);
const labels = Int32Array.of(0, 0, 0, 1, 1, 2);

test('evaluate counts confusions and shares as by hand', () => {
  const report = evaluate({ probabilities, labels }, ['a', 'b', 'c']);

  expect(report.confusionMatrix).toEqual([
    [2, 1, 0],
    [0, 1, 1],
    [1, 0, 0],
  ]);
  expect(report.samples).toBe(6);
  expect(report.accuracy).toBe(0.5);
  expect(report.predicted).toEqual([0, 0, 1, 1, 2, 0]);
  expect(report.correct).toEqual([true, true, false, true, false, false]);
  expect(report.perClass).toEqual([
    { className: 'a', precision: 2 / 3, recall: 2 / 3, f1: 2 / 3, support: 3 },
    { className: 'b', precision: 1 / 2, recall: 1 / 2, f1: 1 / 2, support: 2 },
    { className: 'c', precision: 0, recall: 0, f1: 0, support: 1 },
  ]);
  expect(report.macroF1).toBeCloseTo(7 / 18, 12);
  // −ln of 1/2, 1/2, 1/4, 1/2, 1/4 and of 0 taken as 1e-7.
  expect(report.loss).toBeCloseTo((7 * Math.LN2 + 7 * Math.LN10) / 6, 6);
});

test('a class nobody was and nobody was called counts as zero, not as NaN', () => {
  const report = evaluate({ probabilities: Float32Array.of(1, 0), labels: Int32Array.of(0) }, ['a', 'b']);
  expect(report.perClass[1]).toEqual({ className: 'b', precision: 0, recall: 0, f1: 0, support: 0 });
});

test('without samples every share is zero', () => {
  const report = evaluate({ probabilities: new Float32Array(), labels: new Int32Array() }, ['a', 'b']);
  expect(report).toMatchObject({ samples: 0, accuracy: 0, loss: 0, macroF1: 0 });
});

test('probabilities that do not fit the labels are refused', () => {
  expect(() => evaluate({ probabilities, labels }, ['a', 'b'])).toThrow('Expected 6 × 2 probabilities');
});
