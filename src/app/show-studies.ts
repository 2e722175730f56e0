import { NotFoundError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { findStudy, listStudies as listRows } from '../registry/studies.ts';
import { listTrialReports } from '../registry/trial-reports.ts';
import { listTrials as listTrialRows } from '../registry/trials.ts';
import { isoTime } from './iso-time.ts';
import { paretoTrials, type ParetoTrial } from './pareto-trials.ts';
import type { AppServices } from './services.ts';
import { studyListing, trialListing, type StudyListing, type TrialListing } from './trials.ts';

/** A study with all its trials. */
export type StudyDetails = StudyListing & {
  readonly datasetVersion: string;
  readonly flowRun: string | null;
  readonly seed: number;
  readonly space: Json;
  readonly settings: Json;
  readonly endedAt: string | null;
  readonly trialDetails: readonly TrialDetails[];
};

/** `reports`: the study's metric after each epoch; null where it was no number. */
export type TrialDetails = TrialListing & {
  readonly reports: readonly { readonly step: number; readonly value: number | null }[];
};

/** The best trial of a study, or its Pareto list. */
export type BestTrials = {
  readonly study: Pick<StudyListing, 'id' | 'name' | 'state' | 'metrics'>;
  readonly trials: readonly (ParetoTrial & { readonly trainingRun: string | null })[];
};

/** All studies, newest first. */
export async function listStudies(services: AppServices): Promise<readonly StudyListing[]> {
  const rows = await listRows(services.registry.db);
  return Promise.all(rows.map((row) => studyListing(services, row)));
}

/**
 * A study (its name, id or part of an id; `latest`) with its trials and what they reported.
 * @throws NotFoundError, UsageError.
 */
export async function showStudy(services: AppServices, wanted = 'latest'): Promise<StudyDetails> {
  const { db } = services.registry;
  const study = await findStudy(db, wanted);
  const reports = await listTrialReports(db, study.id);
  const trials = await listTrialRows(db, study.id);
  const { datasetVersionId, flowRunId, seed, space, settings, endedAt } = study;
  return {
    ...(await studyListing(services, study)),
    ...{ datasetVersion: datasetVersionId, flowRun: flowRunId, seed, space, settings },
    endedAt: endedAt === null ? null : isoTime(endedAt),
    trialDetails: trials.map((trial) => ({
      ...trialListing(trial),
      reports: (reports.get(trial.id) ?? []).map(({ step, value }) => ({
        step,
        value: Number.isNaN(value) ? null : value,
      })),
    })),
  };
}

/**
 * The best trial of a study, of several metrics those that no other is better than in all of them.
 * @throws NotFoundError when no trial is complete; UsageError.
 */
export async function bestTrials(services: AppServices, wanted = 'latest'): Promise<BestTrials> {
  const { db } = services.registry;
  const study = await findStudy(db, wanted);
  const rows = await listTrialRows(db, study.id);
  const best = paretoTrials(rows, study.objectives);
  if (best.length === 0) {
    throw new NotFoundError(
      `No trial of study ${study.name} is complete. Continue it: mlflow-ts run hpo -p study=${study.name}`,
    );
  }
  const { id, name, state, objectives: metrics } = study;
  return {
    study: { id, name, state, metrics },
    trials: best.map((trial) => ({
      ...trial,
      trainingRun: rows.find(({ number }) => number === trial.trial)?.trainingRunId ?? null,
    })),
  };
}
