import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isModel } from '../onnx/model-graph.ts';
import type { Layer, TensorFlow } from '../tensorflow.ts';
import { dropoutMask } from './dropout-mask.ts';

/** Another value for a member of an object, for the time of a call. */
export type Override = { readonly target: object; readonly key: string; readonly value: unknown };

type Masks = { readonly seed: number; readonly step: number };

/**
 * What layers do in training that TensorFlow.js does otherwise, also in models within the model: dropout masks are drawn from a
 * seed and the step, and frozen batch normalization uses its averages and leaves them alone.
 */
export function trainingOverrides(tf: TensorFlow, model: LayersModel, masks: Masks): Override[] {
  const visit = (layers: readonly Layer[], path: string, trainable: boolean): Override[] =>
    layers.flatMap((layer) => {
      if (isModel(layer)) return visit(layer.layers, `${path}${layer.name}/`, trainable && layer.trainable);
      if (layer.getClassName() === 'Dropout') return [seededDropout(tf, layer, `${path}${layer.name}`, masks)];
      const isFrozen = !(trainable && layer.trainable);
      return layer.getClassName() === 'BatchNormalization' && isFrozen ? [withAverages(layer)] : [];
    });
  return visit(model.layers, '', model.trainable);
}

/** Masks are drawn under the name the layer has in the compiled graph: its second use in a step has one of its own. */
function seededDropout({ core }: TensorFlow, layer: Layer, name: string, { seed, step }: Masks): Override {
  const rate = Number(layer.getConfig().rate);
  let uses = 0;
  const call = (inputs: Tensor | Tensor[]): Tensor => {
    const input = Array.isArray(inputs) ? inputs[0]! : inputs;
    if (rate === 0) return input;
    uses += 1;
    const kept = dropoutMask(seed, step, uses === 1 ? name : `${name}#${uses}`, input.size, rate);
    return core.mul(input, core.div(core.tensor(Float32Array.from(kept), input.shape), 1 - rate));
  };
  return { target: layer, key: 'call', value: call };
}

function withAverages(layer: Layer): Override {
  const call = layer.call.bind(layer);
  return { target: layer, key: 'call', value: (inputs: Tensor | Tensor[]) => call(inputs, { training: false }) };
}

/** Why TensorFlow.js cannot train a model whose layers it can apply: it has no gradient of a dilated convolution. */
export function dilationRefusal(model: LayersModel): string | undefined {
  const dilated = leaves(model.layers).find((layer) => isDilated(layer.getConfig().dilationRate));
  if (dilated === undefined) return undefined;
  return `Layer '${dilated.name}' (${dilated.getClassName()}): TensorFlow.js has no gradient of dilated convolutions.`;
}

function leaves(layers: readonly Layer[]): Layer[] {
  return layers.flatMap((layer) => (isModel(layer) ? leaves(layer.layers) : [layer]));
}

function isDilated(rate: unknown): boolean {
  return [rate].flat().some((size) => typeof size === 'number' && size > 1);
}
