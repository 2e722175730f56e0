import { didYouMean } from '../../core/closest-name.ts';
import { ParameterError } from '../../core/errors.ts';
import type { Architecture } from './architecture.ts';
import { cnn } from './cnn.ts';
import { dense } from './dense.ts';
import { lenet } from './lenet.ts';
import { linear } from './linear.ts';
import { mlp } from './mlp.ts';
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
  linear,
  mlp,
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

/**
 * Checks that an architecture begins with what there is.
 * @throws ParameterError naming those that do.
 */
export function requireTakes(name: string, given: 'images' | 'features'): void {
  if ((findArchitecture(name).takes ?? 'images') === given) return;
  const fitting = Object.entries<Architecture>(ARCHITECTURES).flatMap(([known, { takes = 'images' }]) =>
    takes === given ? [known] : [],
  );
  throw new ParameterError(
    given === 'features'
      ? `Architecture ${name} takes images; on the features of a backbone use a head: ${fitting.join(', ')}.`
      : `Architecture ${name} is a head on the features of a backbone: name a backbone, or use one of ${fitting.join(', ')}.`,
  );
}
