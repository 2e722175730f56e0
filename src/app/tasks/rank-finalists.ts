import { task } from '../flow-api.ts';
import type { TrainedFinalist } from './train-finalist.ts';

/** The finalist that did best on validation: by accuracy, among equals by loss, then by trial number. */
export const rankFinalists = task(
  { name: 'rank-finalists' },
  async (
    { trained }: { readonly trained: readonly TrainedFinalist[] },
    { artifacts, log },
  ): Promise<TrainedFinalist> => {
    const ranked = trained.toSorted(
      (left, right) =>
        right.validation.accuracy - left.validation.accuracy ||
        left.validation.loss - right.validation.loss ||
        left.trial - right.trial,
    );
    await artifacts.table(
      'finalists',
      ranked.map(({ trial, validation, bestEpoch, epochs, trainingRunId }) => ({
        trial,
        validationAccuracy: validation.accuracy,
        validationLoss: validation.loss,
        bestEpoch,
        epochs,
        trainingRun: trainingRunId,
      })),
    );
    const best = ranked[0]!;
    log.info(`Trial ${best.trial} is the best of ${ranked.length} by validation`);
    return best;
  },
);
