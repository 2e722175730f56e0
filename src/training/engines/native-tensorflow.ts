import { createRequire } from 'node:module';
import { z } from 'zod';
import type { TensorFlow } from '../tensorflow.ts';
import { whyNotLoaded } from './why-not-loaded.ts';

/** Whether TensorFlow's native library can be used here, and which; or why not. */
export type NativeTensorFlow =
  { readonly kind: 'available'; readonly version: string } | { readonly kind: 'missing'; readonly reason: string };

export const NATIVE_BACKEND = 'tensorflow';

/**
 * Loads @tensorflow/tfjs-node where the user has installed it, which registers its backend with TensorFlow.js. It calls a
 * function that Node 23 took out of `node:util`: it is put back first.
 */
export async function findNativeTensorFlow(
  { core }: TensorFlow,
  load: () => Promise<unknown> = () => import(PACKAGE),
): Promise<NativeTensorFlow> {
  try {
    const util: unknown = createRequire(import.meta.url)('node:util');
    restoreIsNullOrUndefined(util as object);
    const { version } = tensorFlowModule.parse(await load());
    const registered: unknown = core.findBackend(NATIVE_BACKEND);
    if (registered === null) {
      const reason = `${PACKAGE} brings another tfjs-core than ${core.version_core}; install that very version of it`;
      return { kind: 'missing', reason };
    }
    return { kind: 'available', version: `tfjs-node ${version['tfjs-node']}` };
  } catch (error) {
    return { kind: 'missing', reason: whyNotLoaded(PACKAGE, error) };
  }
}

/** Not a literal type: TypeScript would look for the package. */
const PACKAGE = ['@tensorflow', 'tfjs-node'].join('/');

const tensorFlowModule = z.object({ version: z.looseObject({ 'tfjs-node': z.string() }) });

/** Gives Node's `util` its old `isNullOrUndefined`, where it has none. */
export function restoreIsNullOrUndefined(util: object): void {
  if (!('isNullOrUndefined' in util)) {
    Reflect.set(util, 'isNullOrUndefined', (value: unknown) => value === null || value === undefined);
  }
}
