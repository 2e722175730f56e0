import { adam } from './adam.ts';
import { adamw } from './adamw.ts';
import type { Optimizer } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import type { OptimizerRule } from './rule.ts';
import { sgd } from './sgd.ts';

/** What an optimiser does, step by step. */
export function findOptimizerRule(optimizer: Optimizer): OptimizerRule {
  switch (optimizer.name) {
    case 'sgd':
      return sgd(optimizer);
    case 'adam':
      return adam;
    case 'adamw':
      return adamw(optimizer);
    case 'rmsprop':
      return rmsprop(optimizer);
  }
}
