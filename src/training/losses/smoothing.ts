import type { Loss } from './loss.ts';

/**
 * How targets are smoothed: `target × (1 − share) + share × towards`, towards the even distribution over the classes, or
 * between 0 and 1 where each unit has a truth of its own.
 */
export function smoothingOf(loss: Loss, units: number): { readonly share: number; readonly towards: number } {
  switch (loss.name) {
    case 'cross-entropy':
      return { share: loss.labelSmoothing, towards: 1 / units };
    case 'binary-cross-entropy':
      return { share: loss.labelSmoothing, towards: 1 / 2 };
    case 'mse':
    case 'huber':
    case 'focal':
      return { share: 0, towards: 0 };
  }
}
