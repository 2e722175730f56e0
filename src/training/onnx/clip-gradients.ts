import type { StepSettings } from '../step-settings.ts';
import type { Value } from './graph-builder.ts';
import type { Operators } from './operators.ts';
import { allAxes } from './penalties.ts';

export type RankedGradient = { readonly value: Value; readonly rank: number };

/**
 * Gradients by weight name, none longer than the settings allow: all scaled by the same factor so that their norm together is
 * at most `clipNorm` (Pascanu et al., arXiv 1211.5063), or each element clipped to ± `clipValue`.
 */
export function lowerClipping(
  ops: Operators,
  gradients: ReadonlyMap<string, RankedGradient>,
  { clipNorm, clipValue }: Pick<StepSettings, 'clipNorm' | 'clipValue'>,
): ReadonlyMap<string, Value> {
  const clip = clipNorm === undefined ? elementwise(ops, clipValue) : byNorm(ops, [...gradients.values()], clipNorm);
  return new Map([...gradients].map(([name, { value }]) => [name, clip(value)]));
}

function elementwise(ops: Operators, bound: number | undefined): (gradient: Value) => Value {
  if (bound === undefined) return (gradient) => gradient;
  return (gradient) => ops.minimum(ops.maximum(gradient, ops.float(-bound)), ops.float(bound));
}

function byNorm(ops: Operators, gradients: readonly RankedGradient[], bound: number): (gradient: Value) => Value {
  const squares = gradients.map(({ value, rank }) => ops.reduceSumSquare(value, allAxes(rank)));
  const norm = ops.squareRoot(squares.reduce(ops.add));
  const factor = ops.divide(ops.float(bound), ops.maximum(norm, ops.float(bound)));
  return (gradient) => ops.multiply(gradient, factor);
}
