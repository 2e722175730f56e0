import { didYouMean } from '../../core/closest-name.ts';
import { ParameterError } from '../../core/errors.ts';
import type { Architecture } from './architecture.ts';
import { cnn } from './cnn.ts';
import { dense } from './dense.ts';

export const ARCHITECTURES = { cnn, dense } as const;

/**
 * The architecture of that name.
 * @throws ParameterError listing the names there are.
 */
export function findArchitecture(name: string): Architecture {
  const found = Object.entries<Architecture>(ARCHITECTURES).find(([known]) => known === name);
  if (found !== undefined) return found[1];
  throw new ParameterError(`Unknown architecture '${name}'. ${didYouMean(name, Object.keys(ARCHITECTURES))}`);
}
