import { isBetter, type Validated } from './early-stopping.ts';

export const SCHEDULE_NAMES = ['constant', 'step', 'cosine', 'plateau'] as const;

/** How the learning rate changes while a training goes on; what is left out has its default. */
export type ScheduleSettings = {
  /** Default constant. */
  readonly schedule?: (typeof SCHEDULE_NAMES)[number];
  /** Over so many epochs, which need not be whole, the rate rises evenly from near zero to the rate given; default 0. */
  readonly warmupEpochs?: number;
  /** Lowers the rate every so many epochs (step); default 10. */
  readonly decayEvery?: number;
  /** What the rate is multiplied by when it is lowered (step, plateau); default 0.1. */
  readonly decayFactor?: number;
  /** Lowers the rate after so many epochs in a row without a lower validation loss (plateau); default 3. */
  readonly plateauPatience?: number;
  /** The rate never falls below this (cosine, plateau); default 0. */
  readonly leastLearningRate?: number;
};

/** Which schedule takes which of the settings besides the warm-up. */
export const SCHEDULE_TAKES: Readonly<Record<(typeof SCHEDULE_NAMES)[number], readonly (keyof ScheduleSettings)[]>> = {
  constant: [],
  step: ['decayEvery', 'decayFactor'],
  cosine: ['leastLearningRate'],
  plateau: ['decayFactor', 'plateauPatience', 'leastLearningRate'],
};

/** A step of a training: `epoch` counts from 1, `step` from 0 within it. */
export type StepPlace = {
  readonly epoch: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Of the epochs before this one: all that a schedule remembers, so that a resumed training goes on with the same rates. */
  readonly history: readonly Validated[];
};

/** The learning rate of a step. */
export function learningRateAt(
  settings: ScheduleSettings & { readonly learningRate: number; readonly epochs: number },
  place: StepPlace,
): number {
  const { learningRate, warmupEpochs = 0 } = settings;
  const warmupSteps = warmupEpochs * place.stepsPerEpoch;
  const steps = (place.epoch - 1) * place.stepsPerEpoch + place.step;
  if (steps < warmupSteps) return learningRate * Math.min(1, (steps + 1) / warmupSteps);
  return afterWarmup({ ...DEFAULTS, ...settings }, place, { steps, warmupSteps });
}

const DEFAULTS: Required<ScheduleSettings> = {
  schedule: 'constant',
  warmupEpochs: 0,
  decayEvery: 10,
  decayFactor: 0.1,
  plateauPatience: 3,
  leastLearningRate: 0,
};

function afterWarmup(
  settings: Required<ScheduleSettings> & { readonly learningRate: number; readonly epochs: number },
  place: StepPlace,
  { steps, warmupSteps }: { readonly steps: number; readonly warmupSteps: number },
): number {
  const { learningRate, epochs, decayFactor, leastLearningRate: least } = settings;
  switch (settings.schedule) {
    case 'constant':
      return learningRate;
    case 'step':
      return learningRate * decayFactor ** Math.floor((place.epoch - 1) / settings.decayEvery);
    case 'cosine':
      return cosine(learningRate, least, (steps - warmupSteps) / (epochs * place.stepsPerEpoch - warmupSteps));
    case 'plateau':
      return Math.max(least, learningRate * decayFactor ** reductions(settings, place));
  }
}

/** From `rate` to `least` along half a wave (SGDR, arXiv 1608.03983, equation 5, without restarts). */
function cosine(rate: number, least: number, share: number): number {
  const end = Math.min(least, rate);
  return end + ((rate - end) * (1 + Math.cos(Math.PI * share))) / 2;
}

/** How often the patience ran out; it starts anew each time, as in Keras' ReduceLROnPlateau. */
function reductions({ plateauPatience }: Required<ScheduleSettings>, { history }: StepPlace): number {
  let best: Validated | undefined;
  let [reduced, since] = [0, 0];
  for (const epoch of history) {
    const isBest = isBetter(epoch, best, { metric: 'validationLoss' });
    if (isBest) best = epoch;
    since = isBest ? 0 : since + 1;
    if (since < plateauPatience) continue;
    reduced += 1;
    since = 0;
  }
  return reduced;
}
