import type { Selectable } from 'kysely';
import { z } from 'zod';
import { newTrialId } from '../core/ids.ts';
import type { StudyId, TrainingRunId, TrialId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { RunError } from '../core/run-state.ts';
import { jsonObjectSchema, parseJsonColumn, parseNullableJsonColumn } from './json-columns.ts';
import type { TrialsTable } from './model-tables.ts';
import { processIdentitySchema } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';
import { runErrorSchema } from './run-state-schema.ts';
import { deleteTrialReports } from './trial-reports.ts';

export type TrialState = 'waiting' | 'running' | 'complete' | 'pruned' | 'failed';

export type TrialRow = {
  readonly id: TrialId;
  readonly studyId: StudyId;
  /** Dense from 0 within its study. */
  readonly number: number;
  readonly params: JsonObject;
  readonly configHash: string;
  readonly state: TrialState;
  /** 0 until it is first claimed. */
  readonly attempt: number;
  /** The study's metric, of several the first; null until the trial is complete, of a pruned one what it reported last. */
  readonly value: number | null;
  readonly metrics: Readonly<Record<string, number>> | null;
  readonly error: RunError | null;
  readonly trainingRunId: TrainingRunId | null;
  readonly owner: ProcessIdentity | null;
  /** How often it was run again because its process died or it failed; not because the study was stopped. */
  readonly retries: number;
  /** Moves as long as the process that runs it lives. */
  readonly heartbeatSeq: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
};

export type NewTrial = { readonly params: JsonObject; readonly configHash: string };

/**
 * Adds waiting trials to a study, numbered on from its last one. A point that the study has already is left out.
 * @returns the trials that were added.
 */
export async function insertTrials(db: RegistryDb, studyId: StudyId, trials: readonly NewTrial[]): Promise<TrialRow[]> {
  return withTransaction(db, async (transaction) => {
    const { last } = await transaction
      .selectFrom('trials')
      .select((select) => select.fn.max('number').as('last'))
      .where('study_id', '=', studyId)
      .executeTakeFirstOrThrow();
    const added: TrialRow[] = [];
    let number = ((last as number | null) ?? -1) + 1;
    for (const { params, configHash } of trials) {
      const row = await transaction
        .insertInto('trials')
        .values({
          id: newTrialId(),
          study_id: studyId,
          number,
          params_json: JSON.stringify(params),
          config_hash: configHash,
          state: 'waiting',
          attempt: 0,
        })
        .onConflict((conflict) => conflict.columns(['study_id', 'config_hash']).doNothing())
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) continue;
      added.push(toTrial(row));
      number += 1;
    }
    return added;
  });
}

export type TrialClaim = { readonly studyId: StudyId; readonly owner: ProcessIdentity; readonly at: number };

/** Takes the waiting trial with the lowest number for this process; of several claimers each gets another one. */
export async function claimTrial(db: RegistryDb, claim: TrialClaim): Promise<TrialRow | undefined> {
  const row = await db
    .updateTable('trials')
    .set((trial) => ({
      state: 'running' as const,
      attempt: trial('attempt', '+', 1),
      owner_json: JSON.stringify(claim.owner),
      started_at: claim.at,
      ended_at: null,
      error_json: null,
    }))
    .where('id', '=', (query) =>
      query
        .selectFrom('trials')
        .select('id')
        .where('study_id', '=', claim.studyId)
        .where('state', '=', 'waiting')
        .orderBy('number')
        .limit(1),
    )
    .where('state', '=', 'waiting')
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? undefined : toTrial(row);
}

type TrialAttempt = { readonly id: TrialId; readonly attempt: number };

/** Links a running trial to its training run. False when the trial is at another attempt. */
export async function linkTrainingRun(
  db: RegistryDb,
  trial: TrialAttempt & { readonly trainingRunId: TrainingRunId },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('trials')
    .set({ training_run_id: trial.trainingRunId })
    .where('id', '=', trial.id)
    .where('attempt', '=', trial.attempt)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export type TrialEnd = TrialAttempt & { readonly at: number } & (
    | { readonly state: 'complete'; readonly value: number; readonly metrics: Readonly<Record<string, number>> }
    | { readonly state: 'pruned'; readonly value?: number; readonly metrics?: Readonly<Record<string, number>> }
    | { readonly state: 'failed'; readonly error: RunError }
  );

/**
 * Records how a trial's attempt ended.
 * @returns false when the trial is at another attempt or not running: nothing was written.
 */
export async function finishTrial(db: RegistryDb, end: TrialEnd): Promise<boolean> {
  const outcome =
    end.state === 'failed'
      ? { error_json: JSON.stringify(end.error) }
      : {
          value: end.value ?? null,
          metrics_json: end.metrics === undefined ? null : JSON.stringify(end.metrics),
        };
  const { numUpdatedRows } = await db
    .updateTable('trials')
    .set({ state: end.state, ended_at: end.at, ...outcome })
    .where('id', '=', end.id)
    .where('attempt', '=', end.attempt)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/**
 * Makes a running or failed trial wait again, what it reported forgotten; `retry` counts it as one that has to be run again.
 * @returns false when the trial is at another attempt, or has a result.
 */
export async function requeueTrial(
  db: RegistryDb,
  trial: TrialAttempt & { readonly retry?: boolean },
): Promise<boolean> {
  return withTransaction(db, async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable('trials')
      .set((row) => ({
        state: 'waiting' as const,
        owner_json: null,
        ended_at: null,
        retries: row('retries', '+', trial.retry === true ? 1 : 0),
      }))
      .where('id', '=', trial.id)
      .where('attempt', '=', trial.attempt)
      .where('state', 'in', ['running', 'failed'])
      .executeTakeFirst();
    if (numUpdatedRows === 1n) await deleteTrialReports(transaction, trial.id);
    return numUpdatedRows === 1n;
  });
}

/** A sign of life of the trials that a process runs. */
export async function renewTrials(
  db: RegistryDb,
  { studyId, owner }: { readonly studyId: StudyId; readonly owner: ProcessIdentity },
): Promise<void> {
  await db
    .updateTable('trials')
    .set((row) => ({ heartbeat_seq: row('heartbeat_seq', '+', 1) }))
    .where('study_id', '=', studyId)
    .where('state', '=', 'running')
    .where('owner_json', '=', JSON.stringify(owner))
    .execute();
}

/** The trials of a study, or those in some states, by number. */
export async function listTrials(
  db: RegistryDb,
  studyId: StudyId,
  states?: readonly TrialState[],
): Promise<TrialRow[]> {
  const rows = await db
    .selectFrom('trials')
    .selectAll()
    .where('study_id', '=', studyId)
    .$if(states !== undefined, (query) => query.where('state', 'in', states!))
    .orderBy('number')
    .execute();
  return rows.map(toTrial);
}

/** The trial, or undefined when there is none with this id. */
export async function getTrial(db: RegistryDb, id: TrialId): Promise<TrialRow | undefined> {
  const row = await db.selectFrom('trials').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toTrial(row);
}

function toTrial(row: Selectable<TrialsTable>): TrialRow {
  return {
    id: row.id as TrialId,
    studyId: row.study_id as StudyId,
    number: row.number,
    params: parseJsonColumn(jsonObjectSchema, row.params_json, 'trials.params_json', row.id),
    configHash: row.config_hash,
    state: row.state,
    attempt: row.attempt,
    value: row.value,
    metrics: parseNullableJsonColumn(numbersSchema, row.metrics_json, 'trials.metrics_json', row.id),
    error: parseNullableJsonColumn(runErrorSchema, row.error_json, 'trials.error_json', row.id),
    trainingRunId: row.training_run_id as TrainingRunId | null,
    retries: row.retries,
    heartbeatSeq: row.heartbeat_seq,
    owner: parseNullableJsonColumn(processIdentitySchema, row.owner_json, 'trials.owner_json', row.id),
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

const numbersSchema: z.ZodType<Readonly<Record<string, number>>> = z.record(z.string(), z.number());
