import type { LayersModel } from '@tensorflow/tfjs-layers';
import { TrainingError } from '../core/errors.ts';
import { modelHead, type ModelHead } from './head.ts';
import type { LossName } from './losses/loss.ts';

/** Why the model is not an image classifier, in a sentence; undefined when it is one. */
export function classifierRefusal(model: LayersModel): string | undefined {
  return shapeRefusal(model) ?? headRefusal(model, ['softmax', 'sigmoid'], 'its output must be class probabilities');
}

/** Why no engine can train a model of this shape, in a sentence; undefined when one could. */
export function shapeRefusal(model: LayersModel): string | undefined {
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
  return undefined;
}

/** @throws TrainingError with the refusal of its shape, when there is one. */
export function requireShape(model: LayersModel): void {
  const refusal = shapeRefusal(model);
  if (refusal !== undefined) throw new TrainingError(refusal, { details: { model: model.name } });
}

/** How a model must end for a loss; one that is not here takes any output. */
const HEADS: Partial<Readonly<Record<LossName, readonly ModelHead['activation'][]>>> = {
  'cross-entropy': ['softmax'],
  'binary-cross-entropy': ['sigmoid'],
  focal: ['softmax', 'sigmoid'],
};

/** How the model of a classification ends that is built for a loss. */
export function headFor(loss: LossName): 'softmax' | 'sigmoid' {
  return loss === 'binary-cross-entropy' ? 'sigmoid' : 'softmax';
}

/** @throws TrainingError when the model cannot be trained at all or, naming layer and loss, does not end as the loss wants. */
export function requireTrainable(model: LayersModel, loss: LossName): void {
  requireShape(model);
  const heads = HEADS[loss];
  const refusal = heads === undefined ? undefined : headRefusal(model, heads, `loss ${loss} needs it`);
  if (refusal !== undefined) throw new TrainingError(refusal, { details: { model: model.name, loss } });
}

/** Shape of one input row – `[height, width, channels]` of uint8 images or `[features]` of float32 – and number of classes. */
export function classifierShape(model: LayersModel): { readonly input: readonly number[]; readonly classes: number } {
  const [, ...input] = (model.inputs[0]?.shape ?? []).map((size) => size ?? 0);
  return { input, classes: model.outputs[0]?.shape[1] ?? 0 };
}

/** How many classes a model's outputs tell apart, and the layer that gives them: one output is the share of class 1 of two. */
export function labelledClasses(model: LayersModel): { readonly classes: number; readonly layer: string } {
  const { classes } = classifierShape(model);
  return { classes: Math.max(2, classes), layer: model.outputs[0]?.sourceLayer.name ?? '' };
}

/** Outputs of `count` rows as a number for each class: one output p becomes 1 − p and p. */
export function classProbabilities(outputs: Float32Array, count: number): Float32Array {
  if (outputs.length !== count) return outputs;
  return Float32Array.from({ length: 2 * count }, (_, place) => {
    const share = outputs[Math.floor(place / 2)]!;
    return place % 2 === 0 ? 1 - share : share;
  });
}

function headRefusal(
  model: LayersModel,
  heads: readonly ModelHead['activation'][],
  because: string,
): string | undefined {
  const { activation } = modelHead(model);
  if (heads.includes(activation)) return undefined;
  const { name } = model.outputs[0]!.sourceLayer;
  const found = activation === 'linear' ? '' : ` but with a ${activation}`;
  return `Model '${model.name}' ends in layer '${name}' without a ${heads.join(' or ')}${found}; ${because}.`;
}

function isFixed(shape: readonly (number | null)[], rank: number): boolean {
  return shape.length === rank && shape.slice(1).every((size) => size !== null);
}

function describe(shape: readonly (number | null)[]): string {
  return `[${shape.map((size, axis) => (axis === 0 ? 'batch' : (size ?? '?'))).join(', ')}]`;
}
