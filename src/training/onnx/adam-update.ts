import { ADAM } from '../adam.ts';
import type { Value } from './graph-builder.ts';
import type { Operators } from './operators.ts';

export type AdamState = { readonly weight: Value; readonly firstMoment: Value; readonly secondMoment: Value };

/** The two scalars that change with every step; see `adamScalars`. */
export type AdamScalars = { readonly learningRate: Value; readonly epsilon: Value };

/** One step of Adam for one weight, in the form of `adamScalars`. */
export function lowerAdam(ops: Operators, state: AdamState, gradient: Value, scalars: AdamScalars): AdamState {
  const average = (moment: Value, value: Value, beta: number): Value =>
    ops.add(ops.multiply(moment, ops.float(beta)), ops.multiply(value, ops.float(1 - beta)));
  const firstMoment = average(state.firstMoment, gradient, ADAM.beta1);
  const secondMoment = average(state.secondMoment, ops.multiply(gradient, gradient), ADAM.beta2);
  const scale = ops.add(ops.squareRoot(secondMoment), scalars.epsilon);
  const change = ops.divide(ops.multiply(firstMoment, scalars.learningRate), scale);
  return { weight: ops.subtract(state.weight, change), firstMoment, secondMoment };
}

/**
 * Adam with its bias corrections pulled into learning rate and ε (arXiv 1412.6980, end of §2): with
 * c = √(1 − β₂ᵗ), the step lr·m̂ ÷ (√v̂ + ε) is lr·c ÷ (1 − β₁ᵗ) · m ÷ (√v + ε·c). ε must be corrected too, else
 * weights with tiny gradients move differently.
 */
export function adamScalars(learningRate: number, step: number): { learningRate: number; epsilon: number } {
  const correction = Math.sqrt(1 - ADAM.beta2 ** step);
  return {
    learningRate: (learningRate * correction) / (1 - ADAM.beta1 ** step),
    epsilon: ADAM.epsilon * correction,
  };
}
