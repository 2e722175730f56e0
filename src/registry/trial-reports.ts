import type { StudyId, TrialId } from '../core/ids.ts';
import type { RegistryDb } from './registry-db.ts';

/** The study's metric as a trial reported it while it ran. */
export type TrialReport = {
  /** The epoch, from 1. */
  readonly step: number;
  /** NaN for what was no number. */
  readonly value: number;
  /** How many rungs of successive halving the trial had completed with it. */
  readonly rungs: number;
};

type NewTrialReport = {
  readonly id: TrialId;
  readonly attempt: number;
  readonly step: number;
  readonly value: number;
  readonly at: number;
};

/**
 * Records what a running trial reports; the first report of a step counts.
 * @returns false when the trial is at another attempt or not running: nothing was written.
 */
export async function insertTrialReport(db: RegistryDb, report: NewTrialReport): Promise<boolean> {
  const { id, attempt, step, value, at } = report;
  const running = await db
    .selectFrom('trials')
    .select('id')
    .where('id', '=', id)
    .where('attempt', '=', attempt)
    .where('state', '=', 'running')
    .executeTakeFirst();
  if (running === undefined) return false;
  await db
    .insertInto('trial_reports')
    .values({ trial_id: id, step, value: Number.isNaN(value) ? null : value, rungs: 0, at })
    .onConflict((conflict) => conflict.columns(['trial_id', 'step']).doNothing())
    .execute();
  return true;
}

/** Records how many rungs a trial had completed with its report of a step. */
export async function writeReportRungs(
  db: RegistryDb,
  report: { readonly id: TrialId; readonly step: number; readonly rungs: number },
): Promise<void> {
  await db
    .updateTable('trial_reports')
    .set({ rungs: report.rungs })
    .where('trial_id', '=', report.id)
    .where('step', '=', report.step)
    .execute();
}

/** What the trials of a study have reported, by rising step; a trial that reported nothing is left out. */
export async function listTrialReports(
  db: RegistryDb,
  studyId: StudyId,
): Promise<ReadonlyMap<TrialId, readonly TrialReport[]>> {
  const rows = await db
    .selectFrom('trial_reports')
    .innerJoin('trials', 'trials.id', 'trial_reports.trial_id')
    .select(['trial_reports.trial_id', 'trial_reports.step', 'trial_reports.value', 'trial_reports.rungs'])
    .where('trials.study_id', '=', studyId)
    .orderBy('trial_reports.trial_id')
    .orderBy('trial_reports.step')
    .execute();
  const reports = new Map<TrialId, TrialReport[]>();
  for (const { trial_id: id, step, value, rungs } of rows) {
    const own = reports.get(id as TrialId) ?? [];
    own.push({ step, value: value ?? Number.NaN, rungs });
    reports.set(id as TrialId, own);
  }
  return reports;
}

/** Forgets what a trial has reported, because it begins again. */
export async function deleteTrialReports(db: RegistryDb, id: TrialId): Promise<void> {
  await db.deleteFrom('trial_reports').where('trial_id', '=', id).execute();
}
