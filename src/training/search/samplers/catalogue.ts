import { didYouMean } from '../../../core/closest-name.ts';
import { ParameterError } from '../../../core/errors.ts';
import { gridSampler } from './grid-sampler.ts';
import { randomSampler } from './random-sampler.ts';
import type { Sampler } from './sampler.ts';

const SAMPLERS: Readonly<Record<string, (seed: number) => Sampler>> = {
  grid: () => gridSampler(),
  'shuffled-grid': (seed) => gridSampler({ shuffleSeed: seed }),
  random: randomSampler,
};

export const SAMPLER_NAMES = ['grid', 'shuffled-grid', 'random'] as const;

/** The sampler of that name. @throws ParameterError listing the names there are. */
export function createSampler(name: string, seed: number): Sampler {
  const create = SAMPLERS[name];
  if (create !== undefined) return create(seed);
  throw new ParameterError(`Unknown sampler "${name}". ${didYouMean(name, SAMPLER_NAMES)}`);
}
