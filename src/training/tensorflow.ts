import { createRequire } from 'node:module';
import type * as Core from '@tensorflow/tfjs-core';
import type * as Layers from '@tensorflow/tfjs-layers';
import { registerHardSwish, type HardSwishFactory } from './layers/hard-swish.ts';

export type Layer = Layers.LayersModel['layers'][number];

/** The two halves of TensorFlow.js that we use, operations and layers, and the layer that we add. */
export type TensorFlow = {
  readonly core: typeof Core;
  readonly layers: typeof Layers;
  readonly hardSwish: HardSwishFactory;
};

/**
 * Loads TensorFlow.js (about 130 ms) with its CPU backend. Production mode keeps it from advertising its native add-on. The
 * packages are CommonJS of a megabyte each: by `import` Node would also look through them for what they export, which takes longer than
 * to run them.
 */
export async function loadTensorFlow(): Promise<TensorFlow> {
  const require = createRequire(import.meta.url);
  const core = require('@tensorflow/tfjs-core') as typeof Core;
  const layers = require('@tensorflow/tfjs-layers') as typeof Layers;
  require('@tensorflow/tfjs-backend-cpu');
  core.enableProdMode();
  await core.setBackend('cpu');
  return { core, layers, hardSwish: registerHardSwish(core, layers) };
}
