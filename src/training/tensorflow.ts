import type * as Core from '@tensorflow/tfjs-core';
import type * as Layers from '@tensorflow/tfjs-layers';

export type Layer = Layers.LayersModel['layers'][number];

/** The two halves of TensorFlow.js that we use: operations and layers. */
export type TensorFlow = { readonly core: typeof Core; readonly layers: typeof Layers };

/** Loads TensorFlow.js (about 130 ms) with its CPU backend. Production mode keeps it from advertising its native add-on. */
export async function loadTensorFlow(): Promise<TensorFlow> {
  const [core, layers] = await Promise.all([
    import('@tensorflow/tfjs-core'),
    import('@tensorflow/tfjs-layers'),
    import('@tensorflow/tfjs-backend-cpu'),
  ]);
  core.enableProdMode();
  await core.setBackend('cpu');
  return { core, layers };
}
