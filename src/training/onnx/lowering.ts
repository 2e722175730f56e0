import { z } from 'zod';
import { TrainingError } from '../../core/errors.ts';
import type { Value } from './graph-builder.ts';
import type { MapOperators } from './maps/map-operators.ts';
import type { ModelNode } from './model-graph.ts';
import type { Operators } from './operators.ts';
import type { Tensor } from './tensor.ts';

/**
 * How one kind of layer becomes ONNX operators. It is written once, in two vocabularies: `ops` for values of any rank, `maps` for
 * maps, of which it need not know how they lie in memory. Weights have the shapes TensorFlow.js gives them.
 * @throws TrainingError naming the layer, for an option it does not know.
 */
export type Lowering = (node: ModelNode, context: LoweringContext) => Lowered;

export type LoweringContext = {
  readonly ops: Operators;
  readonly maps: MapOperators;
  /** In the order of `node.inputs`. */
  readonly inputs: readonly Tensor[];
  /** Dropout works, statistics are those of the batch, and `backward` will be called; otherwise the graph only predicts. */
  readonly training: boolean;
  /** The number of rows, where the graph is made for one. */
  readonly batch: number | undefined;
  readonly weight: (role: string) => Value;
  /** Which values of the layer's input are kept in this step: uint8 0 or 1, channels last, fed from outside. */
  readonly dropoutMask: (rate: number) => Value;
};

export type Lowered = {
  readonly output: Tensor;
  /** Adds the operators that turn the gradient of the loss to `output` into those to the inputs and weights wanted. */
  readonly backward: (gradient: Tensor, wanted: Wanted) => Gradients;
  /** What weights that no gradient moves become in a training step: running statistics. */
  readonly updates?: Readonly<Record<string, Value>>;
};

export type Wanted = { readonly inputs: boolean; readonly weight: (role: string) => boolean };
export type Gradients = {
  /** In the order of `node.inputs`; empty when not wanted. */
  readonly inputs: readonly Tensor[];
  readonly weights: Readonly<Record<string, Value>>;
};

/** The result of a layer without weights and with one input. */
export function withoutWeights({
  output,
  backward,
}: {
  readonly output: Tensor;
  readonly backward: (gradient: Tensor) => Tensor;
}): Lowered {
  return {
    output,
    backward: (gradient, wanted) => ({ inputs: wanted.inputs ? [backward(gradient)] : [], weights: {} }),
  };
}

/** The error for a layer, or an option of one, that has no ONNX form. */
export function unsupported({ name, className }: ModelNode, what: string): TrainingError {
  return new TrainingError(`Layer '${name}' (${className}): ${what}.`, { details: { layer: name, className } });
}

/**
 * The options of a layer, as its lowering knows them.
 * @throws TrainingError naming layer and option, for a value that has no ONNX form.
 */
export function readConfig<Schema extends z.ZodType>(node: ModelNode, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(node.config);
  if (parsed.success) return parsed.data;
  const options = parsed.error.issues.map(({ path }) => path.join('.'));
  throw unsupported(node, `this setting of ${options.join(', ')} has no ONNX form yet`);
}

/**
 * Constraints and penalties on outputs change the weights or the loss behind the layer's back: none may be set. Penalties on
 * weights are in penalties.ts.
 */
export const plainWeights = {
  activityRegularizer: z.null().optional(),
  kernelConstraint: z.null().optional(),
  biasConstraint: z.null().optional(),
};
