import { expect, test } from '@jest/globals';
import { parameterImportances } from '../../../../src/training/search/importance.ts';
import { parseSearchSpace } from '../../../../src/training/search/parse-search-space.ts';
import { randomSampler } from '../../../../src/training/search/samplers/random-sampler.ts';
import type { TrialParameters } from '../../../../src/training/search/search-space.ts';

function rated(raw: unknown, count: number, seed: number, valueOf: (point: TrialParameters) => number) {
  const space = parseSearchSpace(raw);
  const sampler = randomSampler(seed);
  const trials = Array.from({ length: count }, (_, number) => {
    const parameters = sampler.suggest(space, number, [])!;
    return { parameters, value: valueOf(parameters) };
  });
  return { space, trials };
}

test('what the value depends on is what is important, and importances are shares of one', () => {
  const raw = { y: { float: [-10, 10] }, x: { float: [-10, 10] } };
  const bowl = ({ x, y }: TrialParameters): number => 4 * Number(x) ** 2 + 0.1 * Number(y) ** 2;
  for (const seed of [1, 2, 3, 4, 5]) {
    const { space, trials } = rated(raw, 60, seed, bowl);
    const [first, second] = parameterImportances(space, trials, 'minimize');
    expect(first!.parameter).toBe('x');
    expect(first!.importance).toBeGreaterThan(0.8);
    expect(first!.importance + second!.importance).toBeCloseTo(1, 12);
    const up = trials.map((trial) => ({ ...trial, value: -trial.value }));
    expect(parameterImportances(space, up, 'maximize')).toEqual(parameterImportances(space, trials, 'minimize'));
  }
});

test('kinds and scales of parameters are weighed alike; what had one value, or did not always count, is left out', () => {
  const raw = {
    optimizer: { choice: ['sgd', 'adam', 'rmsprop'] },
    rate: { float: [1e-5, 1], log: true },
    units: { int: [4, 512], log: true },
    depth: { int: [1, 6] },
    share: { float: [0, 1], steps: 5 },
    fixed: { choice: [3] },
    momentum: { float: [0, 1], when: { optimizer: 'sgd' } },
  };
  const byRate = rated(raw, 200, 3, ({ rate }) => Math.abs(Math.log10(Number(rate)) + 3));
  const importances = parameterImportances(byRate.space, byRate.trials, 'minimize');
  expect(importances[0]!.parameter).toBe('rate');
  expect(importances.map(({ parameter }) => parameter).sort()).toEqual([
    'depth',
    'optimizer',
    'rate',
    'share',
    'units',
  ]);
  const byOptimizer = rated(raw, 200, 3, ({ optimizer }) => (optimizer === 'adam' ? 1 : 0));
  expect(parameterImportances(byOptimizer.space, byOptimizer.trials, 'maximize')[0]!.parameter).toBe('optimizer');
});

test('two trials, or trials that are all alike, say nothing: all parameters are as important', () => {
  const { space, trials } = rated({ x: { float: [0, 1] }, y: { int: [1, 4] } }, 2, 1, () => 1);
  expect(parameterImportances(space, trials, 'minimize').map(({ importance }) => importance)).toEqual([0.5, 0.5]);
  const many = rated({ x: { float: [0, 1] }, y: { int: [1, 4] } }, 20, 1, () => 1);
  expect(parameterImportances(many.space, many.trials, 'minimize').map(({ importance }) => importance)).toEqual([
    0.5, 0.5,
  ]);
});
