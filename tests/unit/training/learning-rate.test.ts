import { expect, test } from '@jest/globals';
import { learningRateAt, type ScheduleSettings } from '../../../src/training/learning-rate.ts';

/** The rates at the start of every epoch, four steps each, after these validation losses. */
function rates(settings: ScheduleSettings, epochs: number, losses: readonly number[] = []): number[] {
  return Array.from({ length: epochs }, (_, index) => {
    const history = losses.slice(0, index).map((validationLoss) => ({ validationLoss, validationAccuracy: 0 }));
    const place = { epoch: index + 1, step: 0, stepsPerEpoch: 4, history };
    return learningRateAt({ learningRate: 0.8, epochs, ...settings }, place);
  });
}

function expectRates(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((rate, index) => expect(rate).toBeCloseTo(expected[index]!, 12));
}

test('constant: the same rate in every step', () => {
  expectRates(rates({}, 3), [0.8, 0.8, 0.8]);
});

test('step: lowered by the factor every so many epochs', () => {
  expectRates(rates({ schedule: 'step', decayEvery: 2, decayFactor: 0.5 }, 5), [0.8, 0.8, 0.4, 0.4, 0.2]);
});

test('cosine: half a wave from the rate to the least one', () => {
  expectRates(rates({ schedule: 'cosine' }, 4), [0.8, 0.4 * (1 + Math.SQRT1_2), 0.4, 0.4 * (1 - Math.SQRT1_2)]);
  expectRates(rates({ schedule: 'cosine', leastLearningRate: 0.2 }, 2), [0.8, 0.5]);
});

test('a warm-up rises evenly, step by step, and the wave starts behind it', () => {
  const at = (epoch: number, step: number): number =>
    learningRateAt(
      { learningRate: 0.8, epochs: 3, schedule: 'cosine', warmupEpochs: 1 },
      { epoch, step, stepsPerEpoch: 4, history: [] },
    );
  expectRates([at(1, 0), at(1, 1), at(1, 2), at(1, 3)], [0.2, 0.4, 0.6, 0.8]);
  expectRates([at(2, 0), at(3, 0)], [0.8, 0.4]);
});

test('plateau: lowered whenever the patience ran out without a lower validation loss', () => {
  const losses = [1, 0.9, 0.95, 0.9, 0.8, 0.85, 0.81, 0.9, 0.82];
  const schedule = { schedule: 'plateau', plateauPatience: 2, decayFactor: 0.1 } as const;
  expectRates(rates(schedule, 10, losses), [0.8, 0.8, 0.8, 0.8, 0.08, 0.08, 0.08, 0.008, 0.008, 0.0008]);
  expect(rates({ ...schedule, leastLearningRate: 0.05 }, 10, losses).at(-1)).toBe(0.05);
});
