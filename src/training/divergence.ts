import { TrainingError } from '../core/errors.ts';

/** Where a training was when its loss stopped being a number. */
export type DivergencePlace = {
  /** From 1. */
  readonly epoch: number;
  /** From 1, within the epoch; absent: when it was validated. */
  readonly step?: number;
  readonly learningRate: number;
  /** The batch losses before, the newest last. */
  readonly lastLosses: readonly number[];
};

/** The error that ends a training whose loss is `loss`: where, at which rate, and how it came to it. */
export function divergence(loss: number, { epoch, step, learningRate, lastLosses }: DivergencePlace): TrainingError {
  const [what, where] =
    step === undefined ? ['validation loss', `after epoch ${epoch}`] : ['loss', `in epoch ${epoch} at step ${step}`];
  const before =
    lastLosses.length === 0
      ? ''
      : `; the batches before had ${lastLosses.map((each) => each.toPrecision(4)).join(', ')}`;
  return new TrainingError(
    `The ${what} became ${loss} ${where}, at learning rate ${learningRate}${before}: training diverged. ` +
      'Lower the learning rate, warm it up (warmupEpochs) or clip gradients (clipNorm).',
    {
      details: {
        epoch,
        ...(step === undefined ? {} : { step }),
        learningRate,
        loss: String(loss),
        lastLosses: [...lastLosses],
      },
    },
  );
}
