import type { Json } from '../core/json.ts';
import { findStudy, type Objective, type StudyRow } from '../registry/studies.ts';
import { listTrials as listRows, type TrialRow } from '../registry/trials.ts';
import { rankTrials } from '../training/search/study-outcome.ts';
import { isoTime } from './iso-time.ts';
import type { AppServices } from './services.ts';
import { prunerName } from './study-settings.ts';

/** A study as lists show it. Times are ISO 8601, UTC. */
export type StudyListing = {
  readonly id: string;
  readonly name: string;
  readonly state: StudyRow['state'];
  readonly sampler: string;
  /** The first of `metrics`. */
  readonly metric: string;
  readonly metrics: readonly Objective[];
  readonly pruner: string;
  readonly trials: number;
  readonly complete: number;
  readonly pruned: number;
  readonly failed: number;
  readonly best: {
    readonly trial: number;
    readonly value: number;
    readonly params: Readonly<Record<string, Json>>;
  } | null;
  readonly createdAt: string;
};

/** A trial as `trials ls` lists it. */
export type TrialListing = {
  readonly trial: number;
  readonly state: TrialRow['state'];
  /** The study's metric, of several the first; null until the trial is complete, of a pruned one what it reported last. */
  readonly value: number | null;
  readonly params: Readonly<Record<string, Json>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly attempt: number;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly trainingRun: string | null;
  readonly error: string | null;
};

/**
 * The trials of a study (its name, id or part of an id; `latest`), by number.
 * @throws NotFoundError, UsageError.
 */
export async function listTrials(
  services: AppServices,
  wanted = 'latest',
): Promise<{ readonly study: StudyListing; readonly trials: readonly TrialListing[] }> {
  const study = await findStudy(services.registry.db, wanted);
  const trials = await listRows(services.registry.db, study.id);
  return { study: await studyListing(services, study), trials: trials.map(trialListing) };
}

/** A study with how its trials ended. */
export async function studyListing({ registry }: AppServices, study: StudyRow): Promise<StudyListing> {
  const trials = await listRows(registry.db, study.id);
  const ranked = rankTrials(trials, study.objectives);
  const [best] = ranked;
  const { id, name, state, sampler, objectives, createdAt } = study;
  return {
    ...{ id, name, state, sampler },
    metric: objectives[0].metric,
    metrics: objectives,
    pruner: prunerName(study),
    trials: trials.length,
    complete: ranked.length,
    pruned: trials.filter((trial) => trial.state === 'pruned').length,
    failed: trials.filter((trial) => trial.state === 'failed').length,
    best: best === undefined ? null : { trial: best.number, value: best.value, params: best.params },
    createdAt: isoTime(createdAt),
  };
}

/** A trial as lists show it. */
export function trialListing(row: TrialRow): TrialListing {
  const { number, state, value, params, metrics, attempt, startedAt, endedAt, trainingRunId, error } = row;
  return {
    trial: number,
    ...{ state, value, params, attempt },
    metrics: metrics ?? {},
    startedAt: startedAt === null ? null : isoTime(startedAt),
    endedAt: endedAt === null ? null : isoTime(endedAt),
    trainingRun: trainingRunId,
    error: error?.message ?? null,
  };
}
