import { expect, test } from '@jest/globals';
import { parseSearchSpace } from '../../../../src/training/search/parse-search-space.ts';
import { randomSampler } from '../../../../src/training/search/samplers/random-sampler.ts';
import type { PastTrial } from '../../../../src/training/search/samplers/sampler.ts';
import { tpeSampler } from '../../../../src/training/search/samplers/tpe-sampler.ts';
import { configHash } from '../../../../src/training/search/search-space.ts';
import { median, OBJECTIVES, regret } from '../../../helpers/search-objectives.ts';

const space = parseSearchSpace({ x: { float: [0, 1] }, kind: { choice: ['a', 'b'] } });

function trial(
  number: number,
  x: number,
  value: number | undefined,
  state: PastTrial['state'] = 'complete',
): PastTrial {
  const parameters = { x, kind: 'a' };
  return {
    number,
    parameters,
    configHash: configHash(parameters),
    state,
    ...(value === undefined ? {} : { values: [value] }),
  };
}

/** Forty trials, the best of them around x = 0.8. */
const past = Array.from({ length: 40 }, (_, number) => trial(number, number / 40, (number / 40 - 0.8) ** 2));

function meanOfDraws(trials: readonly PastTrial[], direction: 'minimize' | 'maximize' = 'minimize'): number {
  const draws = Array.from({ length: 30 }, (_, seed) =>
    tpeSampler({ seed, directions: [direction] }).suggest(space, 40, trials)!,
  );
  return draws.reduce((sum, { x }) => sum + Number(x), 0) / draws.length;
}

test('the first ten trials are those of the random sampler', () => {
  const sampler = tpeSampler({ seed: 3, directions: ['minimize'] });
  for (const number of [0, 4, 9]) {
    expect(sampler.suggest(space, number, past.slice(0, number))).toEqual(
      randomSampler(3).suggest(space, number, past.slice(0, number)),
    );
  }
});

test('points are drawn where trials were good, in the direction of the study', () => {
  expect(Math.abs(meanOfDraws(past) - 0.8)).toBeLessThan(0.08);
  expect(meanOfDraws(past, 'maximize')).toBeLessThan(0.4);
});

test('failed trials count for nothing; what was pruned, or runs, is not taken for good', () => {
  const failed = past.map((each) => ({ ...each, number: each.number + 40, state: 'failed' as const }));
  expect(meanOfDraws([...past, ...failed])).toBe(meanOfDraws(past));
  const pruned = [0.1, 0.12, 0.14].map((x, at) => trial(40 + at, x, -5, 'pruned'));
  expect(Math.abs(meanOfDraws([...past, ...pruned]) - 0.8)).toBeLessThan(0.1);
  const running = Array.from({ length: 12 }, (_, at) => trial(40 + at, 0.795 + at / 1_000, undefined, 'running'));
  const spread = (trials: readonly PastTrial[]): number =>
    median(
      Array.from({ length: 30 }, (_, seed) => {
        const { x } = tpeSampler({ seed, directions: ['minimize'] }).suggest(space, 60, trials)!;
        return Math.abs(Number(x) - 0.8);
      }),
    );
  expect(spread([...past, ...running])).toBeGreaterThan(spread(past));
});

test('values stay in the space, whatever their scale, and steps are met exactly', () => {
  const mixed = parseSearchSpace({
    rate: { float: [1e-5, 1], log: true },
    units: { int: [3, 300], log: true },
    depth: { int: [2, 10], step: 2 },
    share: { float: [0, 1], step: 0.1 },
    fixed: { float: [2, 2] },
  });
  const sampler = tpeSampler({ seed: 5, directions: ['maximize'] });
  const seen: PastTrial[] = [];
  for (let number = 0; number < 60; number += 1) {
    const parameters = sampler.suggest(mixed, number, seen)!;
    const { rate, units, depth, share, fixed } = parameters as Record<string, number>;
    expect(rate! >= 1e-5 && rate! <= 1 && units! >= 3 && units! <= 300 && Number.isInteger(units)).toBe(true);
    expect([2, 4, 6, 8, 10]).toContain(depth);
    expect(Array.from({ length: 11 }, (_, at) => at / 10)).toContain(share);
    expect(fixed).toBe(2);
    seen.push({ number, parameters, configHash: configHash(parameters), state: 'complete', values: [units! - depth!] });
  }
});

test('on most standard objectives it comes nearer to the optimum than random draws', () => {
  const seeds = [1, 2, 3];
  const better = OBJECTIVES.filter((objective) => {
    const tpe = seeds.map((seed) => regret(objective, tpeSampler({ seed, directions: ['minimize'] }), 60));
    const random = seeds.map((seed) => regret(objective, randomSampler(seed), 60));
    return median(tpe) < median(random);
  });
  expect(better.length).toBeGreaterThanOrEqual(4);
});
