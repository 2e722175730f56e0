import type { Clock } from '../../core/clock.ts';
import { FencedError, PrunedError } from '../../core/errors.ts';
import { withTransaction, type RegistryDb } from '../../registry/registry-db.ts';
import { insertTrialReport, listTrialReports, writeReportRungs } from '../../registry/trial-reports.ts';
import { listTrials, type TrialRow } from '../../registry/trials.ts';
import type { Pruner } from './pruners/pruner.ts';

/**
 * What a trial tells while it runs: the study's metric at a step, from 1. With `isLast` there is nothing left to save: the report is
 * compared with others, and the trial is not given up.
 */
export type ReportValue = (step: number, value: number, isLast?: boolean) => void;

/** A trial on its way, as the process that runs it sees it. */
export type TrialCourse = {
  readonly report: ReportValue;
  /** Aborted with a PrunedError when the pruner gives the trial up, with a FencedError when another process has taken it over. */
  readonly signal: AbortSignal;
  /** Resolves when all that was reported is recorded and judged. @throws what kept a report from being recorded. */
  settled(): Promise<void>;
};

type Study = { readonly db: RegistryDb; readonly clock: Clock; readonly pruner?: Pruner };

/** Records what a trial reports, one report after the other, and asks the pruner about each. */
export function followTrial(study: Study, trial: TrialRow): TrialCourse {
  const ending = new AbortController();
  let recorded: Promise<void> = Promise.resolve();
  return {
    signal: ending.signal,
    report: (step, value, isLast = false) => {
      recorded = recorded.then(async () => {
        if (ending.signal.aborted) return;
        const reason = await record(study, trial, step, value);
        const isSpared = isLast && reason instanceof PrunedError;
        if (reason !== undefined && !isSpared) ending.abort(reason);
      });
      // Told by `settled`, once the trial has ended.
      recorded.catch(() => undefined);
    },
    settled: () => recorded,
  };
}

async function record(
  { db, clock, pruner }: Study,
  { id, attempt, number, studyId }: TrialRow,
  step: number,
  value: number,
): Promise<Error | undefined> {
  return withTransaction(db, async (transaction) => {
    if (!(await insertTrialReport(transaction, { id, attempt, step, value, at: clock.now() }))) {
      return new FencedError(`Trial ${number} is no longer at attempt ${attempt}: another process has taken it over.`);
    }
    if (pruner === undefined) return undefined;
    const reports = await listTrialReports(transaction, studyId);
    const trials = (await listTrials(transaction, studyId)).map((row) => ({
      number: row.number,
      state: row.state,
      reports: reports.get(row.id) ?? [],
    }));
    const verdict = pruner.judge(
      trials.find((one) => one.number === number)!,
      trials,
    );
    if (verdict.rungs > 0) await writeReportRungs(transaction, { id, step, rungs: verdict.rungs });
    return verdict.prune ? new PrunedError(number, step, pruner.name) : undefined;
  });
}
