import { expect, test } from '@jest/globals';
import { calibrate } from '../../../src/training/calibration.ts';
import { reliabilityPlotSvg } from '../../../src/training/reliability-plot.ts';

test('the expected calibration error is the gap of each bin, weighted by its samples', () => {
  // Two predictions with confidence 0.9 of which one is right, one with 0.6 that is right, one certain and right.
  const probabilities = Float32Array.from([0.9, 0.1, 0.1, 0.9, 0.4, 0.6, 1, 0]);
  const { expectedError, bins } = calibrate({ probabilities, labels: Int32Array.of(0, 0, 1, 0) });
  expect(expectedError).toBeCloseTo((2 * 0.4 + 1 * 0.4 + 1 * 0) / 4, 6);
  expect(bins).toHaveLength(15);
  expect(bins.reduce((sum, { samples }) => sum + samples, 0)).toBe(4);
  expect(bins[13]).toMatchObject({ samples: 2, accuracy: 0.5, confidence: expect.closeTo(0.9, 6) });
  expect(bins[14]).toMatchObject({ high: 1, samples: 1, accuracy: 1, confidence: 1 });
});

test('without samples there is no error and a plot all the same', () => {
  const calibration = calibrate({ probabilities: new Float32Array(), labels: new Int32Array() });
  expect(calibration.expectedError).toBe(0);
  expect(reliabilityPlotSvg(calibration)).toContain('Calibration error 0.0 % of 0 samples');
});
