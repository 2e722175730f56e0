import { expect, test } from '@jest/globals';
import { seededRandom } from '../../../src/core/seeded-random.ts';
import { bootstrapChange } from '../../../src/models/bootstrap.ts';

test('the interval is that of drawing the samples one by one with replacement', () => {
  const counts = { samples: 400, gains: 30, losses: 12 };
  const random = seededRandom('reference');
  const sums = Array.from({ length: 4_000 }, () => {
    let sum = 0;
    for (let sample = 0; sample < counts.samples; sample += 1) {
      const drawn = random.integer(counts.samples);
      if (drawn < counts.gains) sum += 1;
      else if (drawn < counts.gains + counts.losses) sum -= 1;
    }
    return sum / counts.samples;
  }).sort((left, right) => left - right);
  const interval = bootstrapChange(counts);
  expect(interval).toMatchObject({ change: 0.045, level: 0.95, resamples: 5_000 });
  expect(Math.abs(interval.low - sums[100]!)).toBeLessThanOrEqual(0.0026);
  expect(Math.abs(interval.high - sums[3_900]!)).toBeLessThanOrEqual(0.0026);
});

test('it is the same each time, mirrored when the two change places, and wider at a higher level', () => {
  const interval = bootstrapChange({ samples: 10_000, gains: 90, losses: 50 });
  expect(bootstrapChange({ samples: 10_000, gains: 90, losses: 50 })).toEqual(interval);
  const mirrored = bootstrapChange({ samples: 10_000, gains: 50, losses: 90 });
  expect(mirrored.low).toBeCloseTo(-interval.high, 3);
  const wide = bootstrapChange({ samples: 10_000, gains: 90, losses: 50 }, 0.99);
  expect(wide.low).toBeLessThan(interval.low);
  expect(wide.high).toBeGreaterThan(interval.high);
});

test('models that agree on all samples differ by nothing, and those that never do are drawn, too', () => {
  expect(bootstrapChange({ samples: 50, gains: 0, losses: 0 })).toMatchObject({ change: 0, low: 0, high: 0 });
  expect(bootstrapChange({ samples: 50, gains: 50, losses: 0 })).toMatchObject({ change: 1, low: 1, high: 1 });
  expect(bootstrapChange({ samples: 0, gains: 0, losses: 0 })).toMatchObject({ change: 0, resamples: 0 });
});
