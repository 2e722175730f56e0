import { z } from 'zod';
import type { Value } from './graph-builder.ts';
import { unsupported } from './lowering.ts';
import type { ModelGraph, ModelNode, ModelWeight } from './model-graph.ts';
import type { Operators } from './operators.ts';

/** What a weight adds to the loss: `l1 · Σ |weight| + l2 · Σ weight²`. */
export type Penalty = { readonly l1: number; readonly l2: number };

/**
 * The penalties of a model's weights by name: those of its layers' regularizers, and `everywhere` on each trainable kernel.
 * @throws TrainingError naming the layer, for a regularizer other than L1 and L2.
 */
export function readPenalties({ nodes }: ModelGraph, everywhere: Penalty): ReadonlyMap<string, Penalty> {
  const penalties = nodes.flatMap((node) =>
    node.weights.map(({ name, role, trainable }) => {
      const own = regularizerOf(node, role);
      const shared = trainable && role.endsWith('kernel') ? everywhere : NONE;
      return [name, { l1: own.l1 + shared.l1, l2: own.l2 + shared.l2 }] as const;
    }),
  );
  return new Map(penalties.filter(([, { l1, l2 }]) => l1 !== 0 || l2 !== 0));
}

/** The penalties' part of the loss. */
export function lowerPenalties(
  ops: Operators,
  weights: readonly ModelWeight[],
  penalties: ReadonlyMap<string, Penalty>,
  valueOf: (name: string) => Value,
): Value[] {
  return weights.flatMap(({ name, shape }) => {
    const { l1, l2 } = penalties.get(name) ?? NONE;
    const value = valueOf(name);
    const axes = allAxes(shape.length);
    const sizes = (): Value => ops.reduceSum(ops.absolute(value), axes);
    return [
      ...(l1 === 0 ? [] : [ops.multiply(sizes(), ops.float(l1))]),
      ...(l2 === 0 ? [] : [ops.multiply(ops.reduceSumSquare(value, axes), ops.float(l2))]),
    ];
  });
}

/** The gradient with that of the weight's penalty. */
export function lowerPenaltyGradient(
  ops: Operators,
  gradient: Value,
  weight: Value,
  { l1, l2 }: Penalty = NONE,
): Value {
  const withL2 = l2 === 0 ? gradient : ops.add(gradient, ops.multiply(weight, ops.float(2 * l2)));
  return l1 === 0 ? withL2 : ops.add(withL2, ops.multiply(ops.sign(weight), ops.float(l1)));
}

/** All axes of a value of that rank. */
export function allAxes(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

const NONE: Penalty = { l1: 0, l2: 0 };

/** Where layers keep the regularizer of a weight, when it is not called after the weight's role. */
const REGULARIZER_OF: Readonly<Record<string, string>> = {
  depthwise_kernel: 'depthwiseRegularizer',
  pointwise_kernel: 'pointwiseRegularizer',
};

const regularizer = z.object({ className: z.literal('L1L2'), config: z.object({ l1: z.number(), l2: z.number() }) });

function regularizerOf(node: ModelNode, role: string): Penalty {
  const key = REGULARIZER_OF[role] ?? `${role}Regularizer`;
  const config: unknown = Reflect.get(Object(node.config), key);
  if (config === null || config === undefined) return NONE;
  const parsed = regularizer.safeParse(config);
  if (!parsed.success) throw unsupported(node, `this ${key} has no ONNX form; l1, l2 and l1l2 have`);
  return parsed.data.config;
}
