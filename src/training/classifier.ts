import type { LayersModel } from '@tensorflow/tfjs-layers';
import { TrainingError } from '../core/errors.ts';
import type { Layer } from './tensorflow.ts';

/** The layer whose softmax ends a classifier. */
export type SoftmaxHead =
  { readonly kind: 'activation'; readonly layer: Layer } | { readonly kind: 'layer'; readonly layer: Layer };

/** Why the model is not an image classifier as the engines want it, in a sentence; undefined when it is one. */
export function classifierRefusal(model: LayersModel): string | undefined {
  const [input, ...furtherInputs] = model.inputs;
  const [output, ...furtherOutputs] = model.outputs;
  if (input === undefined || output === undefined || furtherInputs.length + furtherOutputs.length > 0) {
    return `Model '${model.name}' has ${model.inputs.length} inputs and ${model.outputs.length} outputs; one of each is needed.`;
  }
  if (!isFixed(input.shape, 4) && !isFixed(input.shape, 2)) {
    return (
      `Model '${model.name}' takes ${describe(input.shape)}; images [batch, height, width, channels] or features [batch, features] ` +
      'with fixed sizes are needed.'
    );
  }
  if (!isFixed(output.shape, 2)) {
    return `Model '${model.name}' gives ${describe(output.shape)}; [batch, classes] is needed.`;
  }
  if (findHead(model) === undefined) {
    const { name } = output.sourceLayer;
    return `Model '${model.name}' ends in layer '${name}' without a softmax; its output must be class probabilities.`;
  }
  return undefined;
}

/** @throws TrainingError with the refusal, when there is one. */
export function requireClassifier(model: LayersModel): void {
  const refusal = classifierRefusal(model);
  if (refusal !== undefined) throw new TrainingError(refusal);
}

/** Shape of one input row – `[height, width, channels]` of uint8 images or `[features]` of float32 – and number of classes. */
export function classifierShape(model: LayersModel): { readonly input: readonly number[]; readonly classes: number } {
  const [, ...input] = (model.inputs[0]?.shape ?? []).map((size) => size ?? 0);
  return { input, classes: model.outputs[0]?.shape[1] ?? 0 };
}

/**
 * The softmax that ends the model: the loss works on what goes into it, the logits, because log(softmax(x)) loses digits.
 * @throws TrainingError when the model does not end in one.
 */
export function softmaxHead(model: LayersModel): SoftmaxHead {
  requireClassifier(model);
  return findHead(model)!;
}

function findHead(model: LayersModel): SoftmaxHead | undefined {
  const layer = model.outputs[0]?.sourceLayer;
  if (layer === undefined) return undefined;
  if (layer.getClassName() === 'Softmax') return { kind: 'layer', layer };
  return layer.getConfig().activation === 'softmax' ? { kind: 'activation', layer } : undefined;
}

function isFixed(shape: readonly (number | null)[], rank: number): boolean {
  return shape.length === rank && shape.slice(1).every((size) => size !== null);
}

function describe(shape: readonly (number | null)[]): string {
  return `[${shape.map((size, axis) => (axis === 0 ? 'batch' : (size ?? '?'))).join(', ')}]`;
}
