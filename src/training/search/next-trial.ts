import type { Clock } from '../../core/clock.ts';
import type { ProcessIdentity } from '../../registry/process-identity.ts';
import { withTransaction, type RegistryDb } from '../../registry/registry-db.ts';
import type { StudyRow } from '../../registry/studies.ts';
import { listTrialReports, type TrialReport } from '../../registry/trial-reports.ts';
import { claimTrial, insertTrials, listTrials, type TrialRow } from '../../registry/trials.ts';
import { isSameProcess } from './retry-trials.ts';
import type { PastTrial, Sampler } from './samplers/sampler.ts';
import { configHash, type SearchSpace } from './search-space.ts';
import { valuesOf } from './study-outcome.ts';
import { parametersOf } from './trial-parameters.ts';

export type NextTrial =
  | { readonly kind: 'trial'; readonly trial: TrialRow }
  /** Nothing to start, but another process still runs a trial that may come back. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'done' };

type Request = {
  readonly db: RegistryDb;
  readonly clock: Clock;
  readonly study: StudyRow;
  readonly space: SearchSpace;
  readonly sampler: Sampler;
  readonly planned: number;
  readonly owner: ProcessIdentity;
};

/**
 * Claims the waiting trial with the lowest number, else adds the sampler's next suggestion and claims that: in one
 * transaction, so no trial is ever claimed twice, whatever number of processes ask.
 */
export async function nextTrial({ db, clock, study, space, sampler, planned, owner }: Request): Promise<NextTrial> {
  return withTransaction(db, async (transaction) => {
    const claim = { studyId: study.id, owner, at: clock.now() };
    const waiting = await claimTrial(transaction, claim);
    if (waiting !== undefined) return { kind: 'trial', trial: waiting };
    const trials = await listTrials(transaction, study.id);
    const number = trials.length;
    const params =
      number < planned ? sampler.suggest(space, number, await pastOf(transaction, study, trials)) : undefined;
    if (params === undefined) return { kind: othersRun(trials, owner) ? 'wait' : 'done' };
    await insertTrials(transaction, study.id, [{ params, configHash: configHash(params) }]);
    const trial = await claimTrial(transaction, claim);
    return trial === undefined ? { kind: 'done' } : { kind: 'trial', trial };
  });
}

function othersRun(trials: readonly TrialRow[], owner: ProcessIdentity): boolean {
  return trials.some(
    (trial) => trial.state === 'running' && trial.owner !== null && !isSameProcess(trial.owner, owner),
  );
}

async function pastOf(db: RegistryDb, study: StudyRow, trials: readonly TrialRow[]): Promise<readonly PastTrial[]> {
  const reports = trials.some(({ state }) => state === 'pruned') ? await listTrialReports(db, study.id) : undefined;
  return trials.map((trial) => asPast(trial, study, reports?.get(trial.id)));
}

function asPast(trial: TrialRow, study: StudyRow, reports: readonly TrialReport[] = []): PastTrial {
  const { number, configHash: hash, state } = trial;
  const values = valuesOf(trial, study.objectives);
  const last = state === 'pruned' ? reports.at(-1) : undefined;
  return {
    ...{ number, parameters: parametersOf(trial), configHash: hash, state },
    ...(values === undefined ? {} : { values }),
    ...(last === undefined ? {} : { lastStep: last.step }),
  };
}
