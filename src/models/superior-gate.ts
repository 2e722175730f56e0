import {
  classFalls,
  commonSamples,
  comparePaired,
  type ClassFall,
  type CommonSample,
  type PairedComparison,
  type TestOutcome,
} from './paired-comparison.ts';

export type SuperiorGateInput = {
  /** The version that asks to be promoted, with the true class of every sample of its test split. */
  readonly challenger: TestOutcome & { readonly classes: readonly string[] };
  /** The served version on the same samples; absent when there is none. Only samples that both have are compared. */
  readonly champion?: TestOutcome;
  /** How much of its accuracy (a share, 0..1) a class of 50 test samples or more may lose before it counts; default 0.01. */
  readonly classFallTolerance?: number;
};

export type GateNumbers = {
  /** On all of the challenger's test samples. */
  readonly challengerAccuracy: number;
  readonly challengerSamples: number;
  /** Share of the most frequent class among the challenger's test samples. */
  readonly majorityShare: number;
  readonly comparison?: PairedComparison & {
    /** The falls that count. */
    readonly classFalls: readonly ClassFall[];
  };
  /** On the disturbed images; recorded, not decided by. */
  readonly robust?: PairedComparison;
};

export type GateDecision = {
  readonly decision: 'promoted' | 'kept';
  readonly reason: string;
  readonly numbers: GateNumbers;
};

const SIGNIFICANCE = 0.05;
const MAJORITY_MARGIN = 0.1;
/** From so many test samples on a class's fall is taken at face value. */
const SAMPLES_TO_TRUST = 50;
const CLASS_FALL_TOLERANCE = 0.01;
/** 0.6 − 0.5 is a little less than 0.1 in floating point. */
const ROUNDING = 1e-12;

/**
 * Whether a new version replaces the champion: exact McNemar p < 0.05 on the test samples both have seen, more of them
 * right, and no class's fall that counts (of more than a point in a class of at least 50 samples, or with a one-sided exact p < 0.05). Ties keep the
 * champion. Without a champion the version must beat the majority class by 10 points.
 */
export function superiorGate({ challenger, champion, classFallTolerance = CLASS_FALL_TOLERANCE }: SuperiorGateInput): GateDecision {
  const own = {
    challengerAccuracy: share(challenger.correct),
    challengerSamples: challenger.correct.length,
    majorityShare: majorityShare(challenger.classes),
  };
  if (champion === undefined) return firstChampion(own);
  const common = commonSamples(challenger, champion);
  const comparison = { ...comparePaired(common), classFalls: fallsThatCount(common, classFallTolerance) };
  const numbers = { ...own, comparison, ...robustComparison(challenger, champion) };
  const objection = objectionTo(comparison);
  return objection === undefined
    ? { decision: 'promoted', reason: `better than the champion: ${describe(comparison)}`, numbers }
    : { decision: 'kept', reason: objection, numbers };
}

function firstChampion(numbers: GateNumbers): GateDecision {
  const { challengerAccuracy, majorityShare: majority } = numbers;
  const promoted = challengerAccuracy - majority >= MAJORITY_MARGIN - ROUNDING;
  const figures = `test accuracy ${percent(challengerAccuracy)} against ${percent(majority)} for always naming the most frequent class`;
  return promoted
    ? { decision: 'promoted', reason: `first champion: ${figures}`, numbers }
    : { decision: 'kept', reason: `no champion yet, but at least 10 points more are asked for: ${figures}`, numbers };
}

type Comparison = NonNullable<GateNumbers['comparison']>;

function objectionTo(comparison: Comparison): string | undefined {
  const { onlyChallengerRight, onlyChampionRight, p, classFalls: falls } = comparison;
  if (comparison.commonSamples === 0) {
    return 'the champion has no result for any of the test samples; score it on them first';
  }
  if (onlyChallengerRight <= onlyChampionRight) return `not better than the champion: ${describe(comparison)}`;
  if (p >= SIGNIFICANCE) return `the difference may be chance: ${describe(comparison)}`;
  if (falls.length === 0) return undefined;
  const told = falls.map(
    (fall) =>
      `${fall.class} ${percent(fall.championAccuracy)} → ${percent(fall.challengerAccuracy)} (${fall.samples} samples, p ${figure(fall.p)})`,
  );
  return `better on the whole, but worse on ${told.join(', ')}; ${describe(comparison)}`;
}

function describe({ challengerAccuracy, championAccuracy, p, interval, ...only }: Comparison): string {
  return (
    `${percent(challengerAccuracy)} against ${percent(championAccuracy)} on ${only.commonSamples} common test samples ` +
    `(${points(interval.change)} points, 95 % interval ${points(interval.low)} to ${points(interval.high)}), ` +
    `${only.onlyChallengerRight} that only the new version gets right and ${only.onlyChampionRight} that only the champion does, ` +
    `exact McNemar p ${figure(p)}`
  );
}

/** Nothing where one of them was not asked about the disturbed images. */
function robustComparison(
  { robustCorrect: now, ...challenger }: SuperiorGateInput['challenger'],
  { robustCorrect: before, sampleIds }: TestOutcome,
): Pick<GateNumbers, 'robust'> {
  if (now === undefined || before === undefined) return {};
  return { robust: comparePaired(commonSamples({ ...challenger, correct: now }, { sampleIds, correct: before })) };
}

function fallsThatCount(common: readonly CommonSample[], tolerance: number): ClassFall[] {
  return classFalls(common).filter(({ samples, championAccuracy, challengerAccuracy, p }) => {
    const fallen = championAccuracy - challengerAccuracy;
    return (samples >= SAMPLES_TO_TRUST && fallen > tolerance + ROUNDING) || p < SIGNIFICANCE;
  });
}

function majorityShare(classes: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const name of classes) counts.set(name, (counts.get(name) ?? 0) + 1);
  return ratio(Math.max(0, ...counts.values()), classes.length);
}

function share(correct: readonly boolean[]): number {
  return ratio(correct.filter(Boolean).length, correct.length);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(2)} %`;
}

function points(change: number): string {
  return `${change < 0 ? '−' : '+'}${Math.abs(100 * change).toFixed(2)}`;
}

function figure(p: number): string {
  return p < 0.0001 ? p.toExponential(1) : p.toFixed(4);
}
