import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Layer } from './tensorflow.ts';

/** The activation that ends a model, as losses see it: any other than these two is a part of the model, its head linear. */
export type HeadActivation = 'softmax' | 'sigmoid' | 'linear';

/** What ends a model: nothing, the activation of its last layer, or a layer that is nothing but an activation. */
export type ModelHead =
  | { readonly activation: 'linear'; readonly kind: 'none'; readonly layer?: undefined }
  | { readonly activation: 'softmax' | 'sigmoid'; readonly kind: 'activation' | 'layer'; readonly layer: Layer };

/**
 * The head of a model with one output. Engines strip it: losses work on what goes into it, the logits, because
 * log(softmax(x)) and log(sigmoid(x)) lose digits.
 */
export function modelHead(model: LayersModel): ModelHead {
  const layer = model.outputs[0]?.sourceLayer;
  if (layer?.getClassName() === 'Softmax') return { activation: 'softmax', kind: 'layer', layer };
  const activation = layer?.getConfig().activation;
  if (layer === undefined || (activation !== 'softmax' && activation !== 'sigmoid')) {
    return { activation: 'linear', kind: 'none' };
  }
  return { activation, kind: 'activation', layer };
}
