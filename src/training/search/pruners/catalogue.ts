import * as z from 'zod';
import { hyperbandPruner } from './hyperband-pruner.ts';
import { medianPruner } from './median-pruner.ts';
import type { Pruner, PrunerOptions } from './pruner.ts';
import { successiveHalvingPruner } from './successive-halving-pruner.ts';

const count = z.int().min(0);
const positive = z.int().min(1);

/** What each pruner may be told, in epochs from 1, with the defaults of Optuna 5. */
export const prunerSettingsSchemas = {
  median: z.strictObject({
    startupTrials: count.default(5),
    warmupEpochs: count.default(0),
    intervalEpochs: positive.default(1),
    percentile: z.number().min(0).max(100).default(50),
    minTrials: positive.default(1),
  }),
  asha: z.strictObject({
    minEpochs: z.union([positive, z.literal('auto')]).default(1),
    reductionFactor: z.int().min(2).default(4),
    minEarlyStoppingRate: count.default(0),
    bootstrapTrials: count.default(0),
  }),
  hyperband: z.strictObject({
    minEpochs: positive.default(1),
    maxEpochs: z.union([positive, z.literal('auto')]),
    reductionFactor: z.int().min(2).default(3),
    bootstrapTrials: count.default(0),
  }),
};

/** A pruner and what it was told, as a study records it; a study without one records none. */
export const prunerSettingsSchema = z.discriminatedUnion('name', [
  prunerSettingsSchemas.median.extend({ name: z.literal('median') }),
  prunerSettingsSchemas.asha.extend({ name: z.literal('asha') }),
  prunerSettingsSchemas.hyperband.extend({ name: z.literal('hyperband') }),
]);

export type PrunerSettings = Readonly<z.infer<typeof prunerSettingsSchema>>;

/** The pruner that was asked for. */
export function createPruner(settings: PrunerSettings, options: PrunerOptions): Pruner {
  switch (settings.name) {
    case 'median': {
      const { warmupEpochs, intervalEpochs, ...rest } = settings;
      // Steps are counted from 1: the first that is looked at comes after the epochs of the warm-up.
      return medianPruner({ ...rest, warmupSteps: warmupEpochs + 1, intervalSteps: intervalEpochs }, options);
    }
    case 'asha': {
      const { minEpochs, bootstrapTrials, ...rest } = settings;
      return successiveHalvingPruner({ ...rest, minResource: minEpochs, bootstrapCount: bootstrapTrials }, options);
    }
    case 'hyperband': {
      const { minEpochs, maxEpochs, reductionFactor, bootstrapTrials } = settings;
      const resources = { minResource: minEpochs, maxResource: maxEpochs };
      return hyperbandPruner({ ...resources, reductionFactor, bootstrapCount: bootstrapTrials }, options);
    }
  }
}
