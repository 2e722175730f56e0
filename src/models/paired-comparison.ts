import { bootstrapChange, type ChangeInterval } from './bootstrap.ts';
import { mcnemarExact, mcnemarOneSided } from './mcnemar.ts';

/** How a model version did on test samples: parallel lists, one entry a sample. */
export type TestOutcome = {
  readonly sampleIds: readonly string[];
  readonly correct: readonly boolean[];
  /** The same of the disturbed images, where they were asked about. */
  readonly robustCorrect?: readonly boolean[];
};

/** Two model versions on the samples both have seen. */
export type PairedComparison = {
  readonly commonSamples: number;
  readonly challengerAccuracy: number;
  readonly championAccuracy: number;
  readonly onlyChallengerRight: number;
  readonly onlyChampionRight: number;
  /** Exact two-sided McNemar. */
  readonly p: number;
  /** Of the accuracy, challenger less champion. */
  readonly interval: ChangeInterval;
};

export type ClassFall = {
  readonly class: string;
  readonly samples: number;
  readonly championAccuracy: number;
  readonly challengerAccuracy: number;
  /** One-sided exact p of the fall. */
  readonly p: number;
};

/** A sample that both have seen. */
export type CommonSample = { readonly class: string; readonly champion: boolean; readonly challenger: boolean };

type Seen = { readonly sampleIds: readonly string[]; readonly correct: readonly boolean[] };

/** The challenger's samples that the champion has seen, too; `classes` are their true ones. */
export function commonSamples(challenger: Seen & { readonly classes: readonly string[] }, champion: Seen): CommonSample[] {
  const before = new Map(champion.sampleIds.map((id, index) => [id, champion.correct[index]!]));
  return challenger.sampleIds.flatMap((sampleId, index) => {
    const championRight = before.get(sampleId);
    if (championRight === undefined) return [];
    return [{ class: challenger.classes[index]!, champion: championRight, challenger: challenger.correct[index]! }];
  });
}

/** Accuracies, disagreements, exact McNemar test and bootstrap interval of the change. */
export function comparePaired(samples: readonly CommonSample[]): PairedComparison {
  const tally = tallyOf(samples);
  return {
    commonSamples: tally.samples,
    challengerAccuracy: ratio(tally.challenger, tally.samples),
    championAccuracy: ratio(tally.champion, tally.samples),
    onlyChallengerRight: tally.gains,
    onlyChampionRight: tally.losses,
    p: mcnemarExact(tally.gains, tally.losses),
    interval: bootstrapChange(tally),
  };
}

/** Each class in which the challenger is right less often, with the exact p of that. */
export function classFalls(samples: readonly CommonSample[]): ClassFall[] {
  const byClass = new Map<string, CommonSample[]>();
  for (const sample of samples) {
    const own = byClass.get(sample.class) ?? [];
    own.push(sample);
    byClass.set(sample.class, own);
  }
  return [...byClass].flatMap(([name, own]) => {
    const tally = tallyOf(own);
    if (tally.losses <= tally.gains) return [];
    return [
      {
        class: name,
        samples: tally.samples,
        championAccuracy: ratio(tally.champion, tally.samples),
        challengerAccuracy: ratio(tally.challenger, tally.samples),
        p: mcnemarOneSided(tally.losses, tally.gains),
      },
    ];
  });
}

function tallyOf(samples: readonly CommonSample[]) {
  const count = (test: (sample: CommonSample) => boolean): number => samples.filter(test).length;
  return {
    samples: samples.length,
    champion: count(({ champion }) => champion),
    challenger: count(({ challenger }) => challenger),
    gains: count(({ champion, challenger }) => challenger && !champion),
    losses: count(({ champion, challenger }) => champion && !challenger),
  };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
