export const STOPPING_METRICS = ['validationAccuracy', 'validationLoss'] as const;

/** Stops a training after `patience` epochs in a row that were no better than the best before them. */
export type EarlyStopping = {
  readonly patience: number;
  /** What counts as better must be better by more than this; default 0. */
  readonly minDelta?: number;
  /** Default: the accuracy, and among equals the loss. */
  readonly metric?: (typeof STOPPING_METRICS)[number];
};

/** What an epoch is judged by. */
export type Validated = { readonly validationLoss: number; readonly validationAccuracy: number };

/** How many of the last epochs were no better than the best before them. */
export function epochsSinceImprovement(history: readonly Validated[], rule: Omit<EarlyStopping, 'patience'>): number {
  let best: Validated | undefined;
  let since = 0;
  for (const epoch of history) {
    since = isBetter(epoch, best, rule) ? 0 : since + 1;
    if (since === 0) best = epoch;
  }
  return since;
}

/** Whether an epoch is better than the best so far; the first one is. */
export function isBetter(
  epoch: Validated,
  best: Validated | undefined,
  { metric, minDelta = 0 }: Omit<EarlyStopping, 'patience'> = {},
): boolean {
  if (best === undefined) return true;
  const gain = epoch.validationAccuracy - best.validationAccuracy;
  const saving = best.validationLoss - epoch.validationLoss;
  if (metric === 'validationLoss') return saving > minDelta;
  return gain > minDelta || (metric === undefined && gain === 0 && saving > minDelta);
}
