import type { Pruner, PrunerOptions, ReportedTrial, Verdict } from './pruner.ts';

export type SuccessiveHalvingSettings = {
  /** The step of the first rung; `auto`: a hundredth of the last step of complete trials, so that none is pruned before one is complete. */
  readonly minResource: number | 'auto';
  /** η: of so many trials one goes on, and each rung is so many times further than the one before. */
  readonly reductionFactor: number;
  /** s: the first rung is η^s times further. */
  readonly minEarlyStoppingRate: number;
  /** So many trials have to reach a rung before any goes on from it. */
  readonly bootstrapCount: number;
};

/**
 * Asynchronous successive halving (L. Li et al., 2020, arXiv 1810.05934) with the semantics of Optuna's
 * SuccessiveHalvingPruner: at step minResource · η^(s + rung) a trial goes on if it is within the best ⌊k / η⌋ of the k that
 * have reached the rung so far, the best alone while k < η. What was pruned never comes back.
 */
export function successiveHalvingPruner(
  settings: SuccessiveHalvingSettings,
  { direction }: Pick<PrunerOptions, 'direction'>,
): Pruner {
  return { name: 'asha', judge: (trial, trials) => judge(trial, trials, settings, direction) };
}

function judge(
  trial: ReportedTrial,
  trials: readonly ReportedTrial[],
  settings: SuccessiveHalvingSettings,
  direction: PrunerOptions['direction'],
): Verdict {
  const { reductionFactor, minEarlyStoppingRate, bootstrapCount } = settings;
  const last = trial.reports.at(-1);
  const minResource = settings.minResource === 'auto' ? estimatedResource(trials) : settings.minResource;
  let rungs = rungsOf(trial);
  if (last === undefined || minResource === undefined) return { prune: false, rungs };
  const others = trials.filter(({ number }) => number !== trial.number);
  for (;;) {
    if (last.step < minResource * reductionFactor ** (minEarlyStoppingRate + rungs)) return { prune: false, rungs };
    if (Number.isNaN(last.value)) return { prune: true, rungs };
    const competing = [...others.flatMap((other) => valueAt(other, rungs) ?? []), last.value];
    rungs += 1;
    if (competing.length <= bootstrapCount || !goesOn(last.value, competing, reductionFactor, direction)) {
      return { prune: true, rungs };
    }
  }
}

function rungsOf({ reports }: ReportedTrial): number {
  return Math.max(0, ...reports.map(({ rungs }) => rungs));
}

/** With which value a trial completed a rung, counted from 0. */
function valueAt({ reports }: ReportedTrial, rung: number): number | undefined {
  return reports.find(({ rungs }) => rungs > rung)?.value;
}

function goesOn(
  value: number,
  competing: readonly number[],
  reductionFactor: number,
  direction: PrunerOptions['direction'],
): boolean {
  const places = Math.max(1, Math.floor(competing.length / reductionFactor));
  const better = competing.filter((other) => (direction === 'maximize' ? other > value : other < value));
  return better.length < places;
}

function estimatedResource(trials: readonly ReportedTrial[]): number | undefined {
  const lastSteps = trials
    .filter(({ state }) => state === 'complete')
    .flatMap(({ reports }) => reports.at(-1)?.step ?? []);
  return lastSteps.length === 0 ? undefined : Math.max(1, Math.floor(Math.max(...lastSteps) / 100));
}
