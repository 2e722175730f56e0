import { didYouMean } from '../../core/closest-name.ts';
import { ParameterError } from '../../core/errors.ts';
import type { Architecture } from './architecture.ts';
import { cnn } from './cnn.ts';
import { dense } from './dense.ts';
import { lenet } from './lenet.ts';
import { mobilenetLike } from './mobilenet-like.ts';
import { resnetSmall } from './resnet-small.ts';
import { vggBn } from './vgg-bn.ts';

export const ARCHITECTURES = {
  cnn,
  dense,
  lenet,
  'vgg-bn': vggBn,
  'resnet-small': resnetSmall,
  'mobilenet-like': mobilenetLike,
} as const;

/**
 * The architecture of that name.
 * @throws ParameterError listing the names there are.
 */
export function findArchitecture(name: string): Architecture {
  const found = Object.entries<Architecture>(ARCHITECTURES).find(([known]) => known === name);
  if (found !== undefined) return found[1];
  throw new ParameterError(`Unknown architecture '${name}'. ${didYouMean(name, Object.keys(ARCHITECTURES))}`);
}
