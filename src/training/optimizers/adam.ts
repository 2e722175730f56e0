import { movingAverage, type Arithmetic, type OptimizerRule } from './rule.ts';

/** Adam's constants (arXiv 1412.6980), as TensorFlow has them. */
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;

export type AdamSlot = 'firstMoment' | 'secondMoment';
type Moments<Value> = Readonly<Record<AdamSlot, Value>>;

/** Adam (arXiv 1412.6980). */
export const adam: OptimizerRule<AdamSlot, 'learningRate' | 'epsilon'> = {
  slots: ['firstMoment', 'secondMoment'],
  scalars: corrected,
  update: (math, { weight, slots: before }, gradient, { learningRate, epsilon }) => {
    const slots = nextMoments(math, before, gradient);
    const scale = math.add(math.squareRoot(slots.secondMoment), epsilon);
    const change = math.divide(math.multiply(slots.firstMoment, learningRate), scale);
    return { weight: math.subtract(weight, change), slots };
  },
};

/**
 * The bias corrections pulled into learning rate and ε (arXiv 1412.6980, end of §2): with c = √(1 − β₂ᵗ), the step
 * lr·m̂ ÷ (√v̂ + ε) is lr·c ÷ (1 − β₁ᵗ) · m ÷ (√v + ε·c). ε must be corrected too, else weights with tiny gradients
 * move differently.
 */
function corrected(learningRate: number, step: number): { learningRate: number; epsilon: number } {
  const correction = Math.sqrt(1 - BETA2 ** step);
  return { learningRate: (learningRate * correction) / (1 - BETA1 ** step), epsilon: EPSILON * correction };
}

function nextMoments<Value>(math: Arithmetic<Value>, before: Moments<Value>, gradient: Value): Moments<Value> {
  return {
    firstMoment: movingAverage(math, before.firstMoment, gradient, BETA1),
    secondMoment: movingAverage(math, before.secondMoment, math.multiply(gradient, gradient), BETA2),
  };
}
