import { movingAverage, type OptimizerRule } from './rule.ts';

const DECAY = 0.9;
const EPSILON = 1e-7;

/**
 * RMSprop (Hinton, Neural Networks for Machine Learning, lecture 6e) in the form of TensorFlow.js: ε is under the root and the
 * learning rate inside the momentum, `velocity ← momentum × velocity + lr × gradient ÷ √(meanSquare + ε)`.
 */
export function rmsprop({ momentum }: { readonly momentum: number }): OptimizerRule {
  const rule: OptimizerRule<'meanSquare' | 'velocity', 'learningRate'> = {
    slots: momentum === 0 ? ['meanSquare'] : ['meanSquare', 'velocity'],
    scalars: (learningRate) => ({ learningRate }),
    update: (math, { weight, slots }, gradient, { learningRate }) => {
      const meanSquare = movingAverage(math, slots.meanSquare, math.multiply(gradient, gradient), DECAY);
      const root = math.squareRoot(math.add(meanSquare, math.float(EPSILON)));
      const change = math.divide(math.multiply(gradient, learningRate), root);
      const velocity = momentum === 0 ? change : math.add(math.multiply(slots.velocity, math.float(momentum)), change);
      return { weight: math.subtract(weight, velocity), slots: { meanSquare, velocity } };
    },
  };
  return rule;
}
