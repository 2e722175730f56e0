import type { Clock } from '../../core/clock.ts';
import { ParameterError, toRunError, TrainingError } from '../../core/errors.ts';
import type { ProcessIdentity } from '../../registry/process-identity.ts';
import type { RegistryDb } from '../../registry/registry-db.ts';
import { writeStudyState, type StudyRow } from '../../registry/studies.ts';
import { finishTrial, getTrial, listTrials, requeueTrial, type TrialRow } from '../../registry/trials.ts';
import { nextTrial } from './next-trial.ts';
import { parseSearchSpace } from './parse-search-space.ts';
import { requeueFailedTrials, requeueOrphanedTrials } from './requeue-trials.ts';
import { createSampler } from './samplers/catalogue.ts';
import type { Sampler } from './samplers/sampler.ts';
import type { SearchSpace, TrialParameters } from './search-space.ts';
import { rankTrials, type StudyOutcome } from './study-outcome.ts';
import { parametersOf } from './trial-parameters.ts';

/** What a trial gave: `value` is what the study ranks by. */
export type TrialResult = {
  readonly value: number;
  readonly metrics?: Readonly<Record<string, number>>;
};

/** What a study is about to do. `size` is the number of points the sampler has in all, if it has an end. */
export type StudyPlan = {
  readonly planned: number;
  readonly size: number | undefined;
  /** Complete trials of an earlier run that are kept. */
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
  readonly runTrial: (trial: StartedTrial, signal: AbortSignal) => Promise<TrialResult>;
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
  await Promise.allSettled(workers);
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
};

async function prepare(options: OptimizeOptions): Promise<PreparedStudy> {
  const { db, study } = options;
  const space = parseSearchSpace(study.space);
  const sampler = createSampler(study.sampler, study);
  const size = sampler.size(space);
  const planned = plannedTrials(options.maxTrials, size);
  const orphaned = await requeueOrphanedTrials(options);
  const failed = study.state === 'finished' ? 0 : await requeueFailedTrials(db, study.id);
  await writeStudyState(db, { id: study.id, state: 'running', at: options.clock.now() });
  const trials = await listTrials(db, study.id);
  const kept = trials.filter((trial) => trial.state === 'complete').length;
  options.onPlan?.({ planned, size, kept, retried: orphaned + failed });
  return { ...options, space, sampler, planned };
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
    const next = await nextTrial(study);
    switch (next.kind) {
      case 'done':
        return;
      case 'wait':
        await study.clock.sleep(WAIT_MS, signal);
        await requeueOrphanedTrials(study);
        break;
      case 'trial':
        await runTrial(study, next.trial, signal);
    }
  }
}

async function runTrial(study: PreparedStudy, trial: TrialRow, signal: AbortSignal): Promise<void> {
  const { db, clock, onTrial } = study;
  onTrial?.(trial);
  const { id, attempt } = trial;
  try {
    const { value, metrics = {} } = await study.runTrial({ ...trial, params: parametersOf(trial) }, signal);
    if (!Number.isFinite(value))
      throw new TrainingError(`The trial's ${study.study.metric} is ${value}, not a number.`);
    await finishTrial(db, { id, attempt, state: 'complete', value, metrics, at: clock.now() });
  } catch (error) {
    if (signal.aborted) {
      await requeueTrial(db, { id, attempt });
      throw error;
    }
    await finishTrial(db, { id, attempt, state: 'failed', error: toRunError(error), at: clock.now() });
  }
  const ended = await getTrial(db, id);
  if (ended !== undefined) onTrial?.(ended);
}

async function conclude({ db, clock, study, planned, failOnFailedTrials }: PreparedStudy): Promise<StudyOutcome> {
  const trials = await listTrials(db, study.id);
  const ranked = rankTrials(trials, study.direction);
  const failed = trials.filter((trial) => trial.state === 'failed');
  const [best] = ranked;
  const success = best !== undefined && !(failOnFailedTrials === true && failed.length > 0);
  await writeStudyState(db, { id: study.id, state: success ? 'finished' : 'failed', at: clock.now() });
  if (best === undefined || !success) throw failure(study, trials.length, failed);
  return { study, planned, complete: ranked.length, failed: failed.length, best, trials };
}

function failure(study: StudyRow, trials: number, failed: readonly TrialRow[]): TrainingError {
  const [first] = failed;
  const how = failed.length === trials ? `all ${trials}` : `${failed.length} of ${trials}`;
  const example = first?.error ? ` Trial ${first.number}: ${first.error.message}` : '';
  return new TrainingError(`Study "${study.name}": ${how} trials failed.${example}`, {
    details: { study: study.id, failed: failed.map((trial) => trial.number) },
  });
}
