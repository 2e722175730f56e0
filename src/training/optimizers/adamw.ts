import { adam, type AdamSlot } from './adam.ts';
import type { OptimizerRule } from './rule.ts';

/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2): beside Adam's step every weight loses a share of itself, which
 * is not part of the gradient and so not scaled by the moments. As in PyTorch and Keras the share is `weightDecay` × learning
 * rate: the paper's λ is `weightDecay` × the first learning rate.
 */
export function adamw({ weightDecay }: { readonly weightDecay: number }): OptimizerRule {
  const rule: OptimizerRule<AdamSlot, 'learningRate' | 'epsilon' | 'decay'> = {
    slots: adam.slots,
    scalars: (learningRate, step) => ({ ...adam.scalars(learningRate, step), decay: learningRate * weightDecay }),
    update: (math, before, gradient, { decay, ...scalars }) => {
      const { weight, slots } = adam.update(math, before, gradient, scalars);
      return { weight: math.subtract(weight, math.multiply(before.weight, decay)), slots };
    },
  };
  return rule;
}
