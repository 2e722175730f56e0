import type { Clock } from '../../core/clock.ts';
import { ParameterError, PrunedError, toRunError, TrainingError } from '../../core/errors.ts';
import type { ProcessIdentity } from '../../registry/process-identity.ts';
import type { RegistryDb } from '../../registry/registry-db.ts';
import { writeStudyState, type StudyRow } from '../../registry/studies.ts';
import { listTrialReports } from '../../registry/trial-reports.ts';
import { finishTrial, getTrial, listTrials, renewTrials, requeueTrial, type TrialRow } from '../../registry/trials.ts';
import { nextTrial } from './next-trial.ts';
import { parseSearchSpace } from './parse-search-space.ts';
import type { Pruner } from './pruners/pruner.ts';
import { retryFailedTrials, TRIAL_LEASE_MS, watchOrphans, type OrphanWatch } from './retry-trials.ts';
import { createSampler } from './samplers/catalogue.ts';
import type { Sampler } from './samplers/sampler.ts';
import type { SearchSpace, TrialParameters } from './search-space.ts';
import { rankTrials, type StudyOutcome } from './study-outcome.ts';
import { followTrial, type ReportValue } from './trial-course.ts';
import { parametersOf } from './trial-parameters.ts';

/** What a trial gave: `value` is the study's first metric; its further ones are in `metrics` under their names. */
export type TrialResult = {
  readonly value: number;
  readonly metrics?: Readonly<Record<string, number>>;
};

/** What a study is about to do. `size` is the number of points the sampler has in all, if it has an end. */
export type StudyPlan = {
  readonly planned: number;
  readonly size: number | undefined;
  /** Trials of an earlier run that are kept, complete or pruned. */
  readonly kept: number;
  /** Trials of an earlier run that will be run again. */
  readonly retried: number;
};

export type OptimizeOptions = {
  readonly db: RegistryDb;
  readonly clock: Clock;
  /** From openStudy. */
  readonly study: StudyRow;
  /** How many trials the study shall have; absent: as many points as its sampler has. */
  readonly maxTrials?: number;
  /** How many trials run at once in this process; others may work on the same study. */
  readonly workers: number;
  /** This process, and whether the process of another owner still lives: an orphaned trial is taken over. */
  readonly owner: ProcessIdentity;
  readonly isAlive: (owner: ProcessIdentity) => boolean | Promise<boolean>;
  /** Runs a trial until it ends or the signal aborts. */
  readonly runTrial: (trial: StartedTrial, signal: AbortSignal, report: ReportValue) => Promise<TrialResult>;
  /** Asked after each report of a trial; absent: none is pruned. */
  readonly pruner?: Pruner;
  /** How often a trial is run again whose process died, or that failed in an earlier run of the study; default 3. */
  readonly maxRetries?: number;
  /** How long the process of a trial may give no sign of life; default 15 s. */
  readonly leaseMs?: number;
  /** Throw at the end when any trial failed; default: only when all did. */
  readonly failOnFailedTrials?: boolean;
  readonly signal?: AbortSignal;
  readonly onPlan?: (plan: StudyPlan) => void;
  /** Called with the trial's row whenever a trial of this process starts or ends. */
  readonly onTrial?: (trial: TrialRow) => void;
};

export type StartedTrial = TrialRow & { readonly params: TrialParameters };

const MOST_TRIALS = 10_000;
const WAIT_MS = 500;
const MAX_RETRIES = 3;

/**
 * Runs the trials of a study, new or resumed: complete ones are kept, those of dead processes run again. A failed trial is
 * recorded and the study goes on. When the signal aborts, running trials become waiting again and the study is `stopped`.
 * @throws TrainingError when no trial succeeded, or one failed under `failOnFailedTrials`; ParameterError when there is no
 * end to the trials; the signal's reason.
 */
export async function optimize(options: OptimizeOptions): Promise<StudyOutcome> {
  options.signal?.throwIfAborted();
  const study = await prepare(options);
  const team = new AbortController();
  const signal = options.signal === undefined ? team.signal : AbortSignal.any([options.signal, team.signal]);
  const workers = Array.from({ length: Math.max(1, options.workers) }, async () => {
    try {
      await work(study, signal);
    } catch (error) {
      team.abort(error);
      throw error;
    }
  });
  const stopHeartbeat = startHeartbeat(study);
  await Promise.allSettled(workers);
  await stopHeartbeat();
  if (signal.aborted) {
    await writeStudyState(options.db, { id: options.study.id, state: 'stopped', at: options.clock.now() });
    throw signal.reason;
  }
  return conclude(study);
}

type PreparedStudy = OptimizeOptions & {
  readonly space: SearchSpace;
  readonly sampler: Sampler;
  readonly planned: number;
  readonly orphans: OrphanWatch;
};

async function prepare(options: OptimizeOptions): Promise<PreparedStudy> {
  const { db, study, maxRetries = MAX_RETRIES, leaseMs = TRIAL_LEASE_MS } = options;
  const space = parseSearchSpace(study.space);
  const directions = study.objectives.map(({ direction }) => direction);
  const sampler = createSampler(study.sampler, { seed: study.seed, directions });
  const size = sampler.size(space);
  const planned = plannedTrials(options.maxTrials, size);
  const orphans = watchOrphans({ ...options, studyId: study.id, maxRetries, leaseMs });
  const orphaned = await orphans.requeue();
  const failed = study.state === 'finished' ? 0 : await retryFailedTrials(db, study.id, maxRetries);
  await writeStudyState(db, { id: study.id, state: 'running', at: options.clock.now() });
  const trials = await listTrials(db, study.id);
  const kept = trials.filter(({ state }) => state === 'complete' || state === 'pruned').length;
  options.onPlan?.({ planned, size, kept, retried: orphaned + failed });
  return { ...options, space, sampler, planned, orphans };
}

function plannedTrials(maxTrials: number | undefined, size: number | undefined): number {
  const planned = Math.min(maxTrials ?? Infinity, size ?? Infinity);
  if (planned <= MOST_TRIALS) return planned;
  const count = planned === Infinity ? 'no end of points' : `${planned} points`;
  throw new ParameterError(
    `The search space has ${count}; say how many trials to run (trials, at most ${MOST_TRIALS}).`,
  );
}

async function work(study: PreparedStudy, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    await study.orphans.requeue();
    const next = await nextTrial(study);
    switch (next.kind) {
      case 'done':
        return;
      case 'wait':
        await study.clock.sleep(WAIT_MS, signal);
        break;
      case 'trial':
        await runTrial(study, next.trial, signal);
    }
  }
}

async function runTrial(study: PreparedStudy, trial: TrialRow, signal: AbortSignal): Promise<void> {
  const { db, onTrial } = study;
  onTrial?.(trial);
  const { id, attempt } = trial;
  const course = followTrial(study, trial);
  try {
    const either = AbortSignal.any([signal, course.signal]);
    const result = await study.runTrial({ ...trial, params: parametersOf(trial) }, either, course.report);
    await course.settled();
    course.signal.throwIfAborted();
    await finishTrial(db, { ...completion(study, result), id, attempt, at: study.clock.now() });
  } catch (error) {
    if (signal.aborted) {
      await requeueTrial(db, { id, attempt });
      throw error;
    }
    const reason: unknown = course.signal.aborted ? course.signal.reason : error;
    await (reason instanceof PrunedError ? finishPruned(study, trial) : finishFailed(study, trial, reason));
  }
  const ended = await getTrial(db, id);
  if (ended !== undefined) onTrial?.(ended);
}

/** @throws TrainingError when a metric of the study is missing or no number. */
function completion({ study }: PreparedStudy, { value, metrics = {} }: TrialResult) {
  const [first, ...further] = study.objectives;
  const given = { ...metrics, [first.metric]: value };
  for (const { metric } of [first, ...further]) {
    const number = given[metric];
    if (number !== undefined && Number.isFinite(number)) continue;
    throw new TrainingError(`The trial's ${metric} is ${number ?? 'missing'}, not a number.`);
  }
  return { state: 'complete', value, metrics } as const;
}

async function finishPruned({ db, clock, study }: PreparedStudy, { id, attempt }: TrialRow): Promise<void> {
  const value = (await listTrialReports(db, study.id)).get(id)?.at(-1)?.value ?? Number.NaN;
  const last = Number.isNaN(value) ? {} : { value };
  await finishTrial(db, { id, attempt, state: 'pruned', ...last, at: clock.now() });
}

async function finishFailed({ db, clock }: PreparedStudy, { id, attempt }: TrialRow, reason: unknown): Promise<void> {
  await finishTrial(db, { id, attempt, state: 'failed', error: toRunError(reason), at: clock.now() });
}

/** Tells others, three times in a lease, that the trials of this process are being worked on. */
function startHeartbeat({ db, clock, study, owner, leaseMs = TRIAL_LEASE_MS }: PreparedStudy): () => Promise<void> {
  const stopping = new AbortController();
  const beating = (async () => {
    for (;;) {
      await clock.sleep(leaseMs / 3, stopping.signal);
      // A registry that is busy for once is no reason to stop: there are two more beats in the lease.
      await renewTrials(db, { studyId: study.id, owner }).catch(() => undefined);
    }
  })().catch(() => undefined);
  return async () => {
    stopping.abort();
    await beating;
  };
}

async function conclude({ db, clock, study, planned, failOnFailedTrials }: PreparedStudy): Promise<StudyOutcome> {
  const trials = await listTrials(db, study.id);
  const ranked = rankTrials(trials, study.objectives);
  const failed = trials.filter((trial) => trial.state === 'failed');
  const pruned = trials.filter((trial) => trial.state === 'pruned').length;
  const [best] = ranked;
  const success = best !== undefined && !(failOnFailedTrials === true && failed.length > 0);
  await writeStudyState(db, { id: study.id, state: success ? 'finished' : 'failed', at: clock.now() });
  if (best === undefined || !success) throw failure(study, trials.length, pruned, failed);
  return { study, planned, complete: ranked.length, pruned, failed: failed.length, best, trials };
}

function failure(study: StudyRow, trials: number, pruned: number, failed: readonly TrialRow[]): TrainingError {
  const [first] = failed;
  const how = failed.length === trials ? `all ${trials}` : `${failed.length} of ${trials}`;
  const rest = pruned > 0 && pruned + failed.length === trials ? ', the others were pruned' : '';
  const example = first?.error ? ` Trial ${first.number}: ${first.error.message}` : '';
  return new TrainingError(`Study "${study.name}": ${how} trials failed${rest}.${example}`, {
    details: { study: study.id, failed: failed.map((trial) => trial.number) },
  });
}
