import { describe, expect, test } from '@jest/globals';
import { parseSearchSpace } from '../../src/training/search/parse-search-space.ts';
import type { PastTrial, Sampler } from '../../src/training/search/samplers/sampler.ts';
import { configHash, type SearchSpace, type TrialParameters } from '../../src/training/search/search-space.ts';

const small = parseSearchSpace({
  rate: { float: [0.001, 0.1], log: true, steps: 3 },
  units: { int: [8, 24], step: 8 },
  kind: { choice: ['cnn', 'dense'] },
});

/** What every sampler promises, whatever its algorithm. */
export function samplerContract(name: string, create: () => Sampler): void {
  describe(`${name} keeps the sampler contract`, () => {
    test('suggests every point of a finite space once and then says that it is done', () => {
      const points = suggestAll(create(), small, 30);
      expect(points).toHaveLength(18);
      expect(new Set(points.map(configHash)).size).toBe(18);
      expect(create().size(small)).toBe(18);
    });

    test('suggests values of the space only, for every dimension', () => {
      for (const point of suggestAll(create(), small, 30)) {
        expect(Object.keys(point)).toEqual(['rate', 'units', 'kind']);
        expect([0.001, 0.01, 0.1]).toContain(point.rate);
        expect([8, 16, 24]).toContain(point.units);
        expect(['cnn', 'dense']).toContain(point.kind);
      }
    });

    test('a new sampler with the same past goes on where the other stopped', () => {
      const whole = suggestAll(create(), small, 12);
      const past = whole.slice(0, 5).map(asPast);
      expect(create().suggest(small, 5, past)).toEqual(whole[5]);
    });

    test('leaves out points that others have taken', () => {
      const [first, second] = suggestAll(create(), small, 2) as [TrialParameters, TrialParameters];
      const past = [asPast(second, 0)];
      expect(create().suggest(small, 1, past)).not.toEqual(second);
      expect(create().suggest(small, 0, past)).toEqual(first);
    });
  });
}

/** Points in order of their trial numbers, each knowing those before it. */
export function suggestAll(sampler: Sampler, space: SearchSpace, most: number): TrialParameters[] {
  const points: TrialParameters[] = [];
  while (points.length < most) {
    const point = sampler.suggest(space, points.length, points.map(asPast));
    if (point === undefined) break;
    points.push(point);
  }
  return points;
}

function asPast(parameters: TrialParameters, number: number): PastTrial {
  return { number, parameters, configHash: configHash(parameters), state: 'complete', values: [0] };
}
