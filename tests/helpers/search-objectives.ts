import { parseSearchSpace } from '../../src/training/search/parse-search-space.ts';
import type { PastTrial, Sampler } from '../../src/training/search/samplers/sampler.ts';
import { configHash, type SearchSpace, type TrialParameters } from '../../src/training/search/search-space.ts';

/** A function that samplers minimise, and its least value. */
export type Objective = {
  readonly name: string;
  readonly space: SearchSpace;
  readonly least: number;
  readonly value: (point: TrialParameters) => number;
};

const at = (point: TrialParameters, name: string): number => Number(point[name]);

/** Standard test functions of optimisation (S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments), and one like a training's. */
export const OBJECTIVES: readonly Objective[] = [
  {
    name: 'sphere, 5 dimensions',
    space: parseSearchSpace(
      Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, { float: [-5.12, 5.12] }])),
    ),
    least: 0,
    value: (point) => ['a', 'b', 'c', 'd', 'e'].reduce((sum, name) => sum + (at(point, name) - 1) ** 2, 0),
  },
  {
    name: 'Branin',
    space: parseSearchSpace({ x: { float: [-5, 10] }, y: { float: [0, 15] } }),
    least: 0.397887,
    value: (point) => {
      const [x, y] = [at(point, 'x'), at(point, 'y')];
      const valley = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
      return valley ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
    },
  },
  {
    name: 'Rosenbrock',
    space: parseSearchSpace({ x: { float: [-2, 2] }, y: { float: [-1, 3] } }),
    least: 0,
    value: (point) => 100 * (at(point, 'y') - at(point, 'x') ** 2) ** 2 + (1 - at(point, 'x')) ** 2,
  },
  {
    name: 'Ackley, 3 dimensions, whole numbers and steps among them',
    space: parseSearchSpace({
      x: { float: [-10, 10] },
      y: { int: [-10, 10] },
      z: { float: [-10, 10], step: 0.5 },
    }),
    least: 0,
    value: (point) => {
      const place = [at(point, 'x'), at(point, 'y'), at(point, 'z')];
      const squares = place.reduce((sum, x) => sum + x * x, 0) / 3;
      const waves = place.reduce((sum, x) => sum + Math.cos(2 * Math.PI * x), 0) / 3;
      return -20 * Math.exp(-0.2 * Math.sqrt(squares)) - Math.exp(waves) + 20 + Math.E;
    },
  },
  {
    name: 'like a training: learning rate, width, choice',
    space: parseSearchSpace({
      rate: { float: [1e-5, 1], log: true },
      units: { int: [4, 512], log: true },
      optimizer: { choice: ['sgd', 'adam', 'rmsprop'] },
    }),
    least: 0,
    value: (point) =>
      (Math.log10(at(point, 'rate')) + 2.5) ** 2 +
      0.3 * (Math.log2(at(point, 'units')) - 6) ** 2 +
      { adam: 0, rmsprop: 0.5, sgd: 1.5 }[String(point.optimizer)]!,
  },
];

/** How far the best of so many trials is from the least value there is. */
export function regret({ space, value, least }: Objective, sampler: Sampler, trials: number): number {
  const past: PastTrial[] = [];
  while (past.length < trials) {
    const parameters = sampler.suggest(space, past.length, past)!;
    const [number, hash] = [past.length, configHash(parameters)];
    past.push({ number, parameters, configHash: hash, state: 'complete', values: [value(parameters)] });
  }
  return Math.min(...past.map((trial) => trial.values![0]!)) - least;
}

/** The middle one of a list of odd or even length. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}
