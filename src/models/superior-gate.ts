import { mcnemarExact, mcnemarOneSided } from './mcnemar.ts';

/** How a model version did on test samples: parallel lists, one entry a sample. */
export type TestOutcome = { readonly sampleIds: readonly string[]; readonly correct: readonly boolean[] };

export type SuperiorGateInput = {
  /** The version that asks to be promoted, with the true class of every sample of its test split. */
  readonly challenger: TestOutcome & { readonly classes: readonly string[] };
  /** The served version on the same samples; absent when there is none. Only samples that both have are compared. */
  readonly champion?: TestOutcome;
  /** How much of its accuracy (a share, 0..1) a class of 50 test samples or more may lose before it counts; default 0.01. */
  readonly classFallTolerance?: number;
};

export type ClassFall = {
  readonly class: string;
  readonly samples: number;
  readonly championAccuracy: number;
  readonly challengerAccuracy: number;
  /** One-sided exact p of the fall. */
  readonly p: number;
};

export type GateNumbers = {
  /** On all of the challenger's test samples. */
  readonly challengerAccuracy: number;
  readonly challengerSamples: number;
  /** Share of the most frequent class among the challenger's test samples. */
  readonly majorityShare: number;
  readonly comparison?: {
    readonly commonSamples: number;
    readonly challengerAccuracy: number;
    readonly championAccuracy: number;
    readonly onlyChallengerRight: number;
    readonly onlyChampionRight: number;
    /** Exact two-sided McNemar. */
    readonly p: number;
    /** The falls that count. */
    readonly classFalls: readonly ClassFall[];
  };
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
  const comparison = compare(challenger, champion, classFallTolerance);
  const numbers = { ...own, comparison };
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
  const { commonSamples, onlyChallengerRight, onlyChampionRight, p, classFalls } = comparison;
  if (commonSamples === 0) {
    return 'the champion has no result for any of the test samples; score it on them first';
  }
  if (onlyChallengerRight <= onlyChampionRight) return `not better than the champion: ${describe(comparison)}`;
  if (p >= SIGNIFICANCE) return `the difference may be chance: ${describe(comparison)}`;
  if (classFalls.length === 0) return undefined;
  const falls = classFalls.map(
    (fall) =>
      `${fall.class} ${percent(fall.championAccuracy)} → ${percent(fall.challengerAccuracy)} (${fall.samples} samples, p ${figure(fall.p)})`,
  );
  return `better on the whole, but worse on ${falls.join(', ')}; ${describe(comparison)}`;
}

function describe({ commonSamples, challengerAccuracy, championAccuracy, p, ...only }: Comparison): string {
  return (
    `${percent(challengerAccuracy)} against ${percent(championAccuracy)} on ${commonSamples} common test samples, ` +
    `${only.onlyChallengerRight} that only the new version gets right and ${only.onlyChampionRight} that only the champion does, ` +
    `exact McNemar p ${figure(p)}`
  );
}

type Tally = { samples: number; champion: number; challenger: number; gains: number; losses: number };

function compare(challenger: SuperiorGateInput['challenger'], champion: TestOutcome, tolerance: number): Comparison {
  const championCorrect = new Map(champion.sampleIds.map((id, index) => [id, champion.correct[index]!]));
  const all = emptyTally();
  const byClass = new Map<string, Tally>();
  for (const [index, sampleId] of challenger.sampleIds.entries()) {
    const before = championCorrect.get(sampleId);
    if (before === undefined) continue;
    const name = challenger.classes[index]!;
    const tally = byClass.get(name) ?? emptyTally();
    byClass.set(name, tally);
    count(all, before, challenger.correct[index]!);
    count(tally, before, challenger.correct[index]!);
  }
  return {
    commonSamples: all.samples,
    challengerAccuracy: ratio(all.challenger, all.samples),
    championAccuracy: ratio(all.champion, all.samples),
    onlyChallengerRight: all.gains,
    onlyChampionRight: all.losses,
    p: mcnemarExact(all.gains, all.losses),
    classFalls: [...byClass].flatMap(([name, tally]) => classFall(name, tally, tolerance) ?? []),
  };
}

function emptyTally(): Tally {
  return { samples: 0, champion: 0, challenger: 0, gains: 0, losses: 0 };
}

function count(tally: Tally, champion: boolean, challenger: boolean): void {
  tally.samples += 1;
  if (champion) tally.champion += 1;
  if (challenger) tally.challenger += 1;
  if (challenger && !champion) tally.gains += 1;
  if (champion && !challenger) tally.losses += 1;
}

function classFall(name: string, { samples, gains, losses, ...right }: Tally, tolerance: number): ClassFall | undefined {
  const fallen = ratio(losses - gains, samples);
  const p = mcnemarOneSided(losses, gains);
  const counts = (samples >= SAMPLES_TO_TRUST && fallen > tolerance + ROUNDING) || p < SIGNIFICANCE;
  if (fallen <= 0 || !counts) return undefined;
  return {
    class: name,
    samples,
    championAccuracy: ratio(right.champion, samples),
    challengerAccuracy: ratio(right.challenger, samples),
    p,
  };
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

function figure(p: number): string {
  return p < 0.0001 ? p.toExponential(1) : p.toFixed(4);
}
