import { z } from 'zod';

const count = z.int().min(0);
const positive = z.int().min(1);

/** What `hpo` takes about giving up trials that are not promising; each pruner has settings of its own. */
export const prunerParameters = {
  pruner: z
    .enum(['none', 'median', 'asha', 'hyperband'])
    .default('none')
    .describe('How bad trials are stopped early: not at all, behind the median, by successive halving, by Hyperband'),
  prunerStartupTrials: count.optional().describe('median: complete trials before any is pruned (5)'),
  prunerWarmupEpochs: count.optional().describe('median: first epochs of a trial in which it is not pruned (0)'),
  prunerIntervalEpochs: positive.optional().describe('median: a trial is looked at once in so many epochs (1)'),
  prunerPercentile: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe('median: share of the complete trials, in %, that a trial must be among at its epoch (50)'),
  prunerMinTrials: positive.optional().describe('median: complete trials needed at the same epoch (1)'),
  prunerMinEpochs: z
    .union([positive, z.literal('auto')])
    .optional()
    .describe(
      'asha, hyperband: epochs before a trial can be pruned (1); asha also auto: a hundredth of a complete trial',
    ),
  prunerMaxEpochs: z
    .union([positive, z.literal('auto')])
    .optional()
    .describe(
      'hyperband: epochs of a trial that is never pruned (trialEpochs); auto: as the first complete trial shows',
    ),
  prunerReductionFactor: z
    .int()
    .min(2)
    .optional()
    .describe('asha, hyperband: of so many trials one goes on, for so many times the epochs (asha 4, hyperband 3)'),
  prunerMinEarlyStoppingRate: count.optional().describe('asha: leaves out so many of the first rungs (0)'),
  prunerBootstrapTrials: count
    .optional()
    .describe('asha, hyperband: trials that must reach a rung before any goes on (0)'),
};
