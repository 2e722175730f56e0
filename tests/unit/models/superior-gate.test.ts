import { describe, expect, test } from '@jest/globals';
import type { TestOutcome } from '../../../src/models/paired-comparison.ts';
import { superiorGate, type SuperiorGateInput } from '../../../src/models/superior-gate.ts';

type Cell = { class?: string; both?: number; onlyNew?: number; onlyOld?: number; neither?: number };

/** Samples of which so many are right for both, for the new version only, for the old one only, for neither. */
function outcomes(...cells: Cell[]): { challenger: SuperiorGateInput['challenger']; champion: TestOutcome } {
  const rows = cells.flatMap(({ class: name = 'a', both = 0, onlyNew = 0, onlyOld = 0, neither = 0 }) => [
    ...Array.from({ length: both }, () => ({ name, before: true, now: true })),
    ...Array.from({ length: onlyNew }, () => ({ name, before: false, now: true })),
    ...Array.from({ length: onlyOld }, () => ({ name, before: true, now: false })),
    ...Array.from({ length: neither }, () => ({ name, before: false, now: false })),
  ]);
  const sampleIds = rows.map((_, index) => `sample-${index}`);
  return {
    challenger: { sampleIds, correct: rows.map((row) => row.now), classes: rows.map((row) => row.name) },
    champion: { sampleIds, correct: rows.map((row) => row.before) },
  };
}

describe('with a champion', () => {
  test.each<[string, 'promoted' | 'kept', Cell[], RegExp]>([
    ['10 gains and 2 losses', 'promoted', [{ both: 80, onlyNew: 10, onlyOld: 2 }], /p 0\.0386/],
    ['9 gains and 2 losses (p 0.065)', 'kept', [{ both: 80, onlyNew: 9, onlyOld: 2 }], /may be chance.*p 0\.0654/],
    ['the same answers', 'kept', [{ both: 90, neither: 10 }], /not better/],
    ['a tie with disagreements', 'kept', [{ both: 80, onlyNew: 10, onlyOld: 10 }], /not better/],
    ['significantly worse', 'kept', [{ both: 80, onlyNew: 2, onlyOld: 12 }], /not better/],
    [
      'a class of 50 samples that fell by more than a point',
      'kept',
      [{ class: 'a', both: 100, onlyNew: 30 }, { class: 'b', both: 48, onlyOld: 2 }],
      /worse on b 100\.00 % → 96\.00 % \(50 samples/,
    ],
    [
      'a class of 49 samples that fell a little',
      'promoted',
      [{ class: 'a', both: 100, onlyNew: 30 }, { class: 'b', both: 47, onlyOld: 2 }],
      /better than the champion/,
    ],
    [
      'a small class that fell for certain (5 of 5, p 0.031)',
      'kept',
      [{ class: 'a', both: 100, onlyNew: 30 }, { class: 'b', both: 5, onlyOld: 5 }],
      /worse on b 100\.00 % → 50\.00 % \(10 samples, p 0\.0313\)/,
    ],
    [
      'a small class that fell by 4 of 4 (p 0.063)',
      'promoted',
      [{ class: 'a', both: 100, onlyNew: 30 }, { class: 'b', both: 5, onlyOld: 4 }],
      /better/,
    ],
  ])('%s: %s', (_, decision, cells, reason) => {
    const gate = superiorGate(outcomes(...cells));
    expect(gate.decision).toBe(decision);
    expect(gate.reason).toMatch(reason);
  });

  test('a point is what a large class may lose, unless said otherwise', () => {
    const input = outcomes({ class: 'a', both: 100, onlyNew: 30 }, { class: 'b', both: 99, onlyOld: 1 });
    expect(superiorGate(input).decision).toBe('promoted');
    expect(superiorGate({ ...input, classFallTolerance: 0.009 }).decision).toBe('kept');
  });

  test('compares the common samples only, whatever their order, and says how many', () => {
    const { challenger, champion } = outcomes({ both: 80, onlyNew: 10, onlyOld: 2 });
    const gate = superiorGate({
      challenger: {
        sampleIds: ['new-1', 'new-2', ...challenger.sampleIds],
        correct: [false, false, ...challenger.correct],
        classes: ['b', 'b', ...challenger.classes],
      },
      champion: {
        sampleIds: [...champion.sampleIds, 'old-1'].reverse(),
        correct: [...champion.correct, true].reverse(),
      },
    });
    expect(gate.decision).toBe('promoted');
    expect(gate.reason).toContain('92 common test samples');
    expect(gate.numbers).toEqual({
      challengerAccuracy: 90 / 94,
      challengerSamples: 94,
      majorityShare: 92 / 94,
      comparison: {
        commonSamples: 92,
        challengerAccuracy: 90 / 92,
        championAccuracy: 82 / 92,
        onlyChallengerRight: 10,
        onlyChampionRight: 2,
        p: 0.03857421875,
        interval: {
          ...{ change: 8 / 92, level: 0.95, resamples: 5_000 },
          // Of 12 pairs in 92 that differ the change varies by 0.035: ±1.96 of that, more or less.
          ...{ low: expect.closeTo(0.018, 1), high: expect.closeTo(0.155, 1) },
        },
        classFalls: [],
      },
    });
  });

  test('the disturbed images are compared for the record and decide nothing', () => {
    const { challenger, champion } = outcomes({ both: 80, onlyNew: 10, onlyOld: 2 });
    const gate = superiorGate({
      challenger: { ...challenger, robustCorrect: champion.correct },
      champion: { ...champion, robustCorrect: challenger.correct },
    });
    expect(gate.decision).toBe('promoted');
    expect(gate.numbers.robust).toMatchObject({ onlyChallengerRight: 2, onlyChampionRight: 10, commonSamples: 92 });
    expect(superiorGate({ challenger: { ...challenger, robustCorrect: [] }, champion }).numbers.robust).toBeUndefined();
  });

  test('without a common sample the champion stays', () => {
    const gate = superiorGate({
      challenger: { sampleIds: ['x'], correct: [true], classes: ['a'] },
      champion: { sampleIds: ['y'], correct: [false] },
    });
    expect(gate).toMatchObject({ decision: 'kept', reason: expect.stringContaining('score it on them first') });
  });
});

describe('without a champion', () => {
  test.each([
    ['10 points above the majority class', 6, 'promoted'],
    ['less than 10 points above it', 5, 'kept'],
  ] as const)('%s', (_, right, decision) => {
    const classes = Array.from({ length: 10 }, (_, index) => (index < 5 ? 'a' : 'b'));
    const challenger = {
      sampleIds: classes.map((_, index) => String(index)),
      correct: classes.map((_, index) => index < right),
      classes,
    };
    expect(superiorGate({ challenger })).toMatchObject({
      decision,
      numbers: { challengerAccuracy: right / 10, majorityShare: 0.5 },
    });
  });

  test('an empty test split promotes nothing', () => {
    expect(superiorGate({ challenger: { sampleIds: [], correct: [], classes: [] } }).decision).toBe('kept');
  });
});
