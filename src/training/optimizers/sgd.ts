import type { OptimizerRule } from './rule.ts';

/** Gradient descent without memory. */
const plain: OptimizerRule<never, 'learningRate'> = {
  slots: [],
  scalars: (learningRate) => ({ learningRate }),
  update: (math, { weight, slots }, gradient, { learningRate }) => ({
    weight: math.subtract(weight, math.multiply(gradient, learningRate)),
    slots,
  }),
};

/**
 * Stochastic gradient descent, `velocity ← momentum × velocity + gradient`, as TensorFlow.js has it; with Nesterov's momentum
 * the step is along `gradient + momentum × velocity` (Sutskever et al. 2013, in the form of Bengio et al. 2012, arXiv 1212.0901).
 */
export function sgd({ momentum, nesterov }: { readonly momentum: number; readonly nesterov: boolean }): OptimizerRule {
  if (momentum === 0) return plain;
  const rule: OptimizerRule<'velocity', 'learningRate'> = {
    slots: ['velocity'],
    scalars: (learningRate) => ({ learningRate }),
    update: (math, { weight, slots }, gradient, { learningRate }) => {
      const scaled = math.multiply(slots.velocity, math.float(momentum));
      const velocity = math.add(scaled, gradient);
      const direction = nesterov ? math.add(gradient, math.multiply(velocity, math.float(momentum))) : velocity;
      return { weight: math.subtract(weight, math.multiply(direction, learningRate)), slots: { velocity } };
    },
  };
  return rule;
}
