import type { NamedTensorMap, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Arithmetic, OptimizerRule } from '../optimizers/rule.ts';
import type { StepSettings } from '../step-settings.ts';
import type { TensorFlow } from '../tensorflow.ts';

/** A variable that training moves, under a name that no other of the model has. */
export type NamedVariable = { readonly name: string; readonly variable: Variable };

/** Moves variables along their gradients. */
export interface TfjsOptimizer {
  /** What the rule keeps between steps, by `VARIABLE:SLOT`. */
  readonly slots: ReadonlyMap<string, Variable>;
  /** `gradients` are by the names TensorFlow.js gave the variables; `step` counts from 1. */
  apply(gradients: NamedTensorMap, learningRate: number, step: number): void;
  dispose(): void;
}

/** The rule in TensorFlow.js, its gradients clipped as the settings say. */
export function createTfjsOptimizer(
  tf: TensorFlow,
  rule: OptimizerRule,
  moved: readonly NamedVariable[],
  settings: Pick<StepSettings, 'clipNorm' | 'clipValue'>,
): TfjsOptimizer {
  const { core } = tf;
  const math = arithmetic(tf);
  const slots = new Map(
    moved.flatMap(({ name, variable }) =>
      rule.slots.map((slot) => [`${name}:${slot}`, core.tidy(() => core.zerosLike(variable).variable(false))] as const),
    ),
  );
  return {
    slots,
    apply: (gradients, learningRate, step) =>
      core.tidy(() => {
        const scalars = Object.fromEntries(
          Object.entries(rule.scalars(learningRate, step)).map(([name, value]) => [name, math.float(value)]),
        );
        const found = moved.filter(({ variable }) => gradients[variable.name] !== undefined);
        const clipped = clip(
          tf,
          found.map(({ variable }) => gradients[variable.name]!),
          settings,
        );
        for (const [index, { name, variable }] of found.entries()) {
          const kept = rule.slots.map((slot) => [slot, slots.get(`${name}:${slot}`)!] as const);
          const before = { weight: variable as Tensor, slots: Object.fromEntries<Tensor>(kept) };
          const after = rule.update(math, before, clipped[index]!, scalars);
          for (const [slot, value] of kept) value.assign(after.slots[slot]!);
          variable.assign(after.weight);
        }
      }),
    dispose: () => core.dispose([...slots.values()]),
  };
}

function arithmetic({ core }: TensorFlow): Arithmetic<Tensor> {
  return {
    float: (value) => core.scalar(value),
    add: (left, right) => core.add(left, right),
    subtract: (left, right) => core.sub(left, right),
    multiply: (left, right) => core.mul(left, right),
    divide: (left, right) => core.div(left, right),
    squareRoot: (value) => core.sqrt(value),
  };
}

function clip(
  { core }: TensorFlow,
  gradients: readonly Tensor[],
  { clipNorm, clipValue }: Pick<StepSettings, 'clipNorm' | 'clipValue'>,
): readonly Tensor[] {
  if (clipValue !== undefined) return gradients.map((gradient) => core.clipByValue(gradient, -clipValue, clipValue));
  if (clipNorm === undefined) return gradients;
  const squares = gradients.map((gradient) => core.sum(core.square(gradient)));
  const norm = core.sqrt(core.addN(squares));
  const factor = core.div(clipNorm, core.maximum(norm, clipNorm));
  return gradients.map((gradient) => core.mul(gradient, factor));
}
