import { crc32 } from 'node:zlib';
import type { Pruner, PrunerOptions, ReportedTrial } from './pruner.ts';
import { successiveHalvingPruner } from './successive-halving-pruner.ts';

export type HyperbandSettings = {
  readonly minResource: number;
  /** The last step of a trial that is never pruned; `auto`: one more than that of complete trials, and none is pruned before one is complete. */
  readonly maxResource: number | 'auto';
  /** η, as in successive halving. */
  readonly reductionFactor: number;
  readonly bootstrapCount: number;
};

/**
 * Hyperband (L. Li et al., 2018, JMLR 18-185) with the semantics of Optuna's HyperbandPruner: brackets of successive halving,
 * each beginning to prune η times later than the one before. Which bracket a trial belongs to follows from the CRC-32 of the
 * study's name and the trial's number; a bracket knows its own trials only.
 */
export function hyperbandPruner(settings: HyperbandSettings, options: PrunerOptions): Pruner {
  return {
    name: 'hyperband',
    judge: (trial, trials) => {
      const budgets = bracketBudgets(settings, trials);
      if (budgets === undefined) return { prune: false, rungs: 0 };
      const bracketOfTrial = (number: number): number => bracketOf(options.studyName, number, budgets);
      const bracket = bracketOfTrial(trial.number);
      const { minResource, reductionFactor, bootstrapCount } = settings;
      const halving = { minResource, reductionFactor, bootstrapCount, minEarlyStoppingRate: bracket };
      const own = trials.filter(({ number }) => bracketOfTrial(number) === bracket);
      return successiveHalvingPruner(halving, options).judge(trial, own);
    },
  };
}

/** The share of trials that each bracket gets, the bracket that prunes first at the front; undefined as long as it is open. */
export function bracketBudgets(
  { minResource, maxResource, reductionFactor }: HyperbandSettings,
  trials: readonly ReportedTrial[],
): readonly number[] | undefined {
  const most = maxResource === 'auto' ? estimatedResource(trials) : maxResource;
  if (most === undefined) return undefined;
  const brackets = Math.floor(Math.log(most / minResource) / Math.log(reductionFactor)) + 1;
  return Array.from({ length: brackets }, (_, bracket) => {
    const rungs = brackets - 1 - bracket;
    return Math.ceil((brackets * reductionFactor ** rungs) / (rungs + 1));
  });
}

/** The bracket of a trial, by budgets. */
export function bracketOf(studyName: string, number: number, budgets: readonly number[]): number {
  const total = budgets.reduce((sum, budget) => sum + budget, 0);
  let rest = crc32(`${studyName}_${number}`) % total;
  for (const [bracket, budget] of budgets.entries()) {
    if (rest < budget) return bracket;
    rest -= budget;
  }
  return budgets.length - 1;
}

function estimatedResource(trials: readonly ReportedTrial[]): number | undefined {
  const lastSteps = trials
    .filter(({ state }) => state === 'complete')
    .flatMap(({ reports }) => reports.at(-1)?.step ?? []);
  return lastSteps.length === 0 ? undefined : Math.max(...lastSteps) + 1;
}
