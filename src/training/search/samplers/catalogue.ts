import { didYouMean } from '../../../core/closest-name.ts';
import { ParameterError } from '../../../core/errors.ts';
import { gridSampler } from './grid-sampler.ts';
import { randomSampler } from './random-sampler.ts';
import type { Sampler } from './sampler.ts';
import { tpeSampler, type TpeOptions } from './tpe-sampler.ts';

const SAMPLERS: Readonly<Record<string, (options: TpeOptions) => Sampler>> = {
  grid: () => gridSampler(),
  'shuffled-grid': ({ seed }) => gridSampler({ shuffleSeed: seed }),
  random: ({ seed }) => randomSampler(seed),
  tpe: tpeSampler,
};

export const SAMPLER_NAMES = ['grid', 'shuffled-grid', 'random', 'tpe'] as const;

/** The sampler of that name. @throws ParameterError listing the names there are. */
export function createSampler(name: string, options: TpeOptions): Sampler {
  const create = SAMPLERS[name];
  if (create !== undefined) return create(options);
  throw new ParameterError(`Unknown sampler "${name}". ${didYouMean(name, SAMPLER_NAMES)}`);
}
