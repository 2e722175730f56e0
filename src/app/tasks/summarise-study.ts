import type { JsonObject } from '../../core/json.ts';
import type { ParetoTrial } from '../pareto-trials.ts';
import type { StudyReference } from '../studies.ts';
import { task } from '../flow-api.ts';

/** A study and its best trial. */
export type StudySummary = {
  readonly study: StudyReference & {
    readonly trials: number;
    readonly complete: number;
    readonly pruned: number;
    readonly failed: number;
  };
  /** Of several metrics: of the Pareto front the best by the first metric. */
  readonly best: { readonly trial: number; readonly params: JsonObject; readonly value: number };
  /** Of several metrics: the trials that no other is better than in all of them. */
  readonly pareto?: readonly ParetoTrial[];
};

/** What a study found: how its trials ended, and the best of them. */
export const summariseStudy = task(
  { name: 'summarise-study' },
  async ({ study: reference }: { readonly study: StudyReference }, { services, log }): Promise<StudySummary> => {
    const { listTrials } = await import('../../registry/trials.ts');
    const { paretoTrials } = await import('../pareto-trials.ts');
    const { loadStudy, rankedTrials } = await import('../studies.ts');
    const study = await loadStudy(services, reference);
    const trials = await listTrials(services.registry.db, study.id);
    const [best, ...others] = await rankedTrials(services, study);
    const { number, params, value } = best!;
    log.info(`Best is trial ${number} with ${study.objectives[0].metric} ${value.toFixed(4)}`, params);
    return {
      study: {
        ...reference,
        trials: trials.length,
        complete: 1 + others.length,
        pruned: trials.filter((trial) => trial.state === 'pruned').length,
        failed: trials.filter((trial) => trial.state === 'failed').length,
      },
      best: { trial: number, params, value },
      ...(study.objectives.length === 1 ? {} : { pareto: paretoTrials(trials, study.objectives) }),
    };
  },
);
