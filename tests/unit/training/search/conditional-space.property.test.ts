import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isActive } from '../../../../src/training/search/conditions.ts';
import { finiteSize, gridOf } from '../../../../src/training/search/grid.ts';
import { describeSearchSpace, parseSearchSpace } from '../../../../src/training/search/parse-search-space.ts';
import { gridSampler } from '../../../../src/training/search/samplers/grid-sampler.ts';
import { randomSampler } from '../../../../src/training/search/samplers/random-sampler.ts';
import type { PastTrial } from '../../../../src/training/search/samplers/sampler.ts';
import { tpeSampler } from '../../../../src/training/search/samplers/tpe-sampler.ts';
import {
  configHash,
  type Dimension,
  type SearchSpace,
  type TrialParameters,
} from '../../../../src/training/search/search-space.ts';
import { suggestAll } from '../../../contracts/sampler-contract.ts';

/** Small finite spaces whose dimensions may depend on ones before them, written down in any order. */
const spaces: fc.Arbitrary<SearchSpace> = fc
  .array(
    fc.record({ values: fc.integer({ min: 1, max: 3 }), isRange: fc.boolean(), parents: fc.nat(), asked: fc.nat() }),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .chain((parts) => {
    const named = parts.map(({ values, isRange, parents, asked }, at) => {
      const listed = Array.from({ length: values }, (_, value) => value);
      const parent = parents % (at + 1);
      const when = parent === at ? {} : { when: { [`p${parent}`]: asked % parts[parent]!.values } };
      return [`p${at}`, { ...(isRange ? { int: [0, values - 1] } : { choice: listed }), ...when }] as const;
    });
    return fc
      .shuffledSubarray(named, { minLength: named.length })
      .map((order) => parseSearchSpace(Object.fromEntries(order)));
  });

/** All points by trying everything out. */
function bruteForce(dimensions: readonly Dimension[]): TrialParameters[] {
  return dimensions.reduce<TrialParameters[]>(
    (points, dimension) =>
      points.flatMap((point) => {
        if (!isActive(dimension, point)) return [point];
        const { name } = dimension;
        const values =
          dimension.kind === 'choice'
            ? dimension.choices
            : Array.from({ length: dimension.high + 1 }, (_, value) => value);
        return values.map((value) => ({ ...point, [name]: value }));
      }),
    [{}],
  );
}

const hashes = (points: readonly TrialParameters[]): string[] => points.map(configHash).sort();

describe('a space with conditions', () => {
  test('has a grid of exactly its points, each once', () => {
    fc.assert(
      fc.property(spaces, (space) => {
        const { size, cell } = gridOf(space);
        const cells = Array.from({ length: size }, (_, index) => cell(index));
        expect(hashes(cells)).toEqual(hashes(bruteForce(space.dimensions)));
        expect(new Set(hashes(cells)).size).toBe(size);
        expect(finiteSize(space)).toBe(size);
      }),
    );
  });

  test.each([
    ['grid', () => gridSampler()],
    ['random', () => randomSampler(3)],
    ['tpe', () => tpeSampler({ seed: 3, directions: ['maximize'] })],
  ])('%s suggests every point once and no other', (_, create) => {
    fc.assert(
      fc.property(spaces, (space) => {
        const points = suggestAll(create(), space, 200);
        expect(hashes(points)).toEqual(hashes(bruteForce(space.dimensions)));
      }),
      { numRuns: 30 },
    );
  });

  test('survives being written down', () => {
    fc.assert(
      fc.property(spaces, (space) => {
        expect(parseSearchSpace(JSON.parse(JSON.stringify(describeSearchSpace(space))))).toEqual(space);
      }),
    );
  });
});

test('TPE finds the better branch and its own best value', () => {
  const space = parseSearchSpace({
    optimizer: { choice: ['sgd', 'adam'] },
    momentum: { float: [0, 0.99], when: { optimizer: 'sgd' } },
    rate: { float: [1e-5, 1], log: true },
  });
  const sampler = tpeSampler({ seed: 5, directions: ['minimize'] });
  const valueOf = ({ optimizer, momentum, rate }: TrialParameters): number =>
    (Math.log10(Number(rate)) + 2) ** 2 + (optimizer === 'sgd' ? (Number(momentum) - 0.9) ** 2 : 1);
  const past: PastTrial[] = [];
  for (let number = 0; number < 60; number += 1) {
    const parameters = sampler.suggest(space, number, past)!;
    expect('momentum' in parameters).toBe(parameters.optimizer === 'sgd');
    past.push({
      number,
      parameters,
      configHash: configHash(parameters),
      state: 'complete' as const,
      values: [valueOf(parameters)],
    });
  }
  const late = past.slice(30);
  expect(late.filter(({ parameters }) => parameters.optimizer === 'sgd').length).toBeGreaterThan(20);
  expect(Math.min(...late.map(({ values }) => values![0]!))).toBeLessThan(0.05);
});
