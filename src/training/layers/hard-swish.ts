import type * as Core from '@tensorflow/tfjs-core';
import type * as Layers from '@tensorflow/tfjs-layers';

type Layer = Layers.LayersModel['layers'][number];

/** Makes a layer, under a name or one that TensorFlow.js gives it. */
export type HardSwishFactory = (options?: { readonly name?: string }) => Layer;

/**
 * x · relu6(x + 3) ÷ 6 (arXiv 1905.02244), the activation of MobileNetV3, which TensorFlow.js does not have. The class is made
 * known to it, so that models with this layer can be loaded.
 */
export function registerHardSwish(core: typeof Core, layers: typeof Layers): HardSwishFactory {
  class HardSwish extends layers.layers.Layer {
    static readonly className = 'HardSwish';

    override computeOutputShape(shape: Parameters<Layer['computeOutputShape']>[0]) {
      return shape;
    }

    override call(inputs: Core.Tensor | Core.Tensor[]): Core.Tensor {
      return core.tidy(() => {
        const input = Array.isArray(inputs) ? inputs[0]! : inputs;
        return core.mul(input, core.div(core.relu6(core.add(input, 3)), 6));
      });
    }
  }
  core.serialization.registerClass(HardSwish);
  return (options = {}) => new HardSwish(options);
}
