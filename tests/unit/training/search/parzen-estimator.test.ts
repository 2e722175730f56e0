import { expect, test } from '@jest/globals';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import { parseSearchSpace } from '../../../../src/training/search/parse-search-space.ts';
import { coordinateOf } from '../../../../src/training/search/samplers/coordinate.ts';
import { parzenEstimator } from '../../../../src/training/search/samplers/parzen-estimator.ts';
import {
  drawTruncated,
  logDensity,
  logMass,
  truncatedNormal,
} from '../../../../src/training/search/samplers/truncated-normal.ts';

test('a truncated normal distribution has all of its mass between its bounds, wherever its mean is', () => {
  for (const [mean, deviation] of [
    [0, 1],
    [-1, 0.01],
    [0.9, 3],
    [1, 0.2],
  ] as const) {
    const normal = truncatedNormal({ mean, deviation, low: -1, high: 1 });
    const steps = 20_000;
    const width = 2 / steps;
    let density = 0;
    let mass = 0;
    for (let step = 0; step < steps; step += 1) {
      const from = -1 + step * width;
      density += width * Math.exp(logDensity(from + width / 2, normal));
      if (step % 1_000 === 0) mass += Math.exp(logMass(from, Math.min(from + 1_000 * width, 1), normal));
    }
    expect(density).toBeCloseTo(1, 3);
    expect(mass).toBeCloseTo(1, 5);
    const random = seededRandom('draws', mean, deviation);
    const draws = Array.from({ length: 200 }, () => drawTruncated(normal, random));
    expect(draws.every((value) => value >= -1 && value <= 1)).toBe(true);
  }
  // P(0 < Z < 1) of the standard normal distribution is 0.3413447 (any table).
  const wide = truncatedNormal({ mean: 0, deviation: 1, low: -40, high: 40 });
  expect(Math.exp(logMass(0, 1, wide))).toBeCloseTo(0.3413447, 6);
  expect(logMass(8, 9, wide)).toBeCloseTo(Math.log(6.22e-16), 2);
});

test('the probabilities of all points of a finite space sum to one, with and without trials', () => {
  const space = parseSearchSpace({
    depth: { int: [1, 6] },
    share: { float: [0, 1], steps: 4 },
    kind: { choice: ['a', 'b', 'c'] },
  });
  const coordinates = space.dimensions.map(coordinateOf);
  const tried = Array.from({ length: 40 }, (_, at) => [at % 6, at % 4, at % 2]);
  for (const places of [[], tried.slice(0, 3), tried]) {
    const estimator = parzenEstimator(coordinates, places);
    let sum = 0;
    for (let depth = 0; depth < 6; depth += 1)
      for (let share = 0; share < 4; share += 1)
        for (let kind = 0; kind < 3; kind += 1) sum += Math.exp(estimator.logProbability([depth, share, kind]));
    expect(sum).toBeCloseTo(1, 6);
  }
});
