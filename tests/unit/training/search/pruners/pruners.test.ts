import { describe, expect, test } from '@jest/globals';
import {
  bracketBudgets,
  bracketOf,
  hyperbandPruner,
} from '../../../../../src/training/search/pruners/hyperband-pruner.ts';
import { medianPruner, type MedianPrunerSettings } from '../../../../../src/training/search/pruners/median-pruner.ts';
import type { Pruner, ReportedTrial } from '../../../../../src/training/search/pruners/pruner.ts';
import {
  successiveHalvingPruner,
  type SuccessiveHalvingSettings,
} from '../../../../../src/training/search/pruners/successive-halving-pruner.ts';

const options = { studyName: 'demo', direction: 'minimize' } as const;

/** A study that runs one trial after the other, each until it has no more values or is pruned; the last step of each. */
function runStudy(pruner: Pruner, curves: readonly (readonly number[])[], firstStep = 1) {
  const trials: ReportedTrial[] = [];
  return curves.map((curve, number) => {
    let trial: ReportedTrial = { number, state: 'running', reports: [] };
    for (const [index, value] of curve.entries()) {
      const step = firstStep + index;
      trial = { ...trial, reports: [...trial.reports, { step, value, rungs: 0 }] };
      const { prune, rungs } = pruner.judge(trial, [...trials, trial]);
      trial = { ...trial, reports: [...trial.reports.slice(0, -1), { step, value, rungs }] };
      if (!prune) continue;
      trials.push({ ...trial, state: 'pruned' });
      return step;
    }
    trials.push({ ...trial, state: 'complete' });
    return 'complete';
  });
}

/** What a pruner says of each report of a trial that does not heed it. */
function verdicts(pruner: Pruner, history: readonly (readonly number[])[], curve: readonly number[], firstStep = 0) {
  const complete = history.map((values, number) => ({
    number,
    state: 'complete' as const,
    reports: values.map((value, index) => ({ step: firstStep + index, value, rungs: 0 })),
  }));
  return curve.map((_, last) => {
    const reports = curve.slice(0, last + 1).map((value, index) => ({ step: firstStep + index, value, rungs: 0 }));
    const trial = { number: history.length, state: 'running' as const, reports };
    return pruner.judge(trial, [...complete, trial]).prune;
  });
}

describe('the median pruner', () => {
  const history = [
    [5, 4, 3],
    [6, 5, 4],
    [7, 6, 5],
  ];
  const settings: MedianPrunerSettings = {
    startupTrials: 3,
    warmupSteps: 1,
    intervalSteps: 1,
    percentile: 50,
    minTrials: 1,
  };
  const median = (changes: Partial<MedianPrunerSettings> = {}) => medianPruner({ ...settings, ...changes }, options);

  test('prunes who never was as good as the median at the same step', () => {
    expect(verdicts(median(), history, [9, 9, 4.5])).toEqual([false, true, true]);
    expect(verdicts(median(), history, [1, 9, 9])).toEqual([false, false, false]);
  });

  test('prunes nobody before there are enough complete trials, or enough at the step', () => {
    expect(verdicts(median({ startupTrials: 4 }), history, [9, 9, 9])).toEqual([false, false, false]);
    expect(verdicts(median({ minTrials: 4 }), history, [9, 9, 9])).toEqual([false, false, false]);
    expect(verdicts(median(), history, [9, 9, 9, 9])).toEqual([false, true, true, false]);
  });

  test('looks at the first report of each interval only', () => {
    const long = [[1, 1, 1, 1, 1]];
    const wide = median({ startupTrials: 1, warmupSteps: 0, intervalSteps: 2 });
    expect(verdicts(wide, long, [9, 9, 9, 9, 9])).toEqual([true, false, true, false, true]);
  });

  test('a percentile keeps the best share, in either direction', () => {
    const four = [[1], [2], [3], [4]];
    const keepsQuarter = { startupTrials: 1, warmupSteps: 0, percentile: 25 };
    expect([1.7, 1.8].map((value) => verdicts(median(keepsQuarter), four, [value])[0])).toEqual([false, true]);
    const up = medianPruner({ ...settings, ...keepsQuarter }, { ...options, direction: 'maximize' });
    expect([3.3, 3.2].map((value) => verdicts(up, four, [value])[0])).toEqual([false, true]);
  });

  test('who reported no number is pruned, and numbers that are none do not count', () => {
    expect(verdicts(median(), history, [Number.NaN, Number.NaN])).toEqual([false, true]);
    expect(
      verdicts(
        median({ startupTrials: 2 }),
        [
          [5, 5],
          [5, Number.NaN],
        ],
        [9, 5],
      ),
    ).toEqual([false, false]);
  });
});

describe('successive halving', () => {
  const settings: SuccessiveHalvingSettings = {
    minResource: 1,
    reductionFactor: 2,
    minEarlyStoppingRate: 0,
    bootstrapCount: 0,
  };
  const asha = (changes: Partial<SuccessiveHalvingSettings> = {}, direction: 'minimize' | 'maximize' = 'minimize') =>
    successiveHalvingPruner({ ...settings, ...changes }, { direction });
  const constant = (...values: readonly number[]) => values.map((value) => Array<number>(8).fill(value));

  test('lets the best of those that have come as far go on', () => {
    const ends = ['complete', 'complete', 1, 'complete', 1, 'complete'];
    expect(runStudy(asha(), constant(4, 3, 5, 2, 6, 1))).toEqual(ends);
    expect(runStudy(asha({}, 'maximize'), constant(-4, -3, -5, -2, -6, -1))).toEqual(ends);
  });

  test('looks first at minResource · η^s', () => {
    const late = asha({ minResource: 2, minEarlyStoppingRate: 1 });
    expect(runStudy(late, constant(1, 2))).toEqual(['complete', 4]);
  });

  test('estimates the first rung from a complete trial, and prunes nobody before there is one', () => {
    expect(runStudy(asha({ minResource: 'auto' }), constant(3, 1, 2))).toEqual(['complete', 'complete', 1]);
    const hundreds = [Array<number>(300).fill(1), Array<number>(300).fill(2)];
    // The first trial completed no rung: there were none yet.
    expect(runStudy(asha({ minResource: 'auto' }), [...hundreds, Array<number>(300).fill(3)])).toEqual([
      'complete',
      'complete',
      3,
    ]);
  });

  test('with a bootstrap, so many trials stop at a rung before any goes on', () => {
    expect(runStudy(asha({ bootstrapCount: 2 }), constant(3, 2, 1))).toEqual([1, 1, 2]);
  });

  test('what is no number is pruned and does not take a place', () => {
    expect(runStudy(asha(), [[Number.NaN], ...constant(5)])).toEqual([1, 'complete']);
  });
});

describe('Hyperband', () => {
  const settings = { minResource: 1, maxResource: 27, reductionFactor: 3, bootstrapCount: 0 };

  test('shares trials out to brackets by the checksum of their names', () => {
    const budgets = bracketBudgets(settings, [])!;
    expect(budgets).toEqual([27, 12, 6, 4]);
    expect(Array.from({ length: 10 }, (_, number) => bracketOf('demo', number, budgets))).toEqual([
      3, 0, 0, 1, 0, 0, 1, 0, 0, 1,
    ]);
  });

  test('a bracket prunes among its own trials, the later ones later', () => {
    const worse = Array.from({ length: 10 }, (_, number) => Array<number>(27).fill(number));
    expect(runStudy(hyperbandPruner(settings, options), worse)).toEqual([
      ...['complete', 'complete', 1, 'complete', 1, 1, 3, 1, 1, 3],
    ]);
  });

  test('prunes nobody before a complete trial shows how long they are', () => {
    const pruner = hyperbandPruner({ ...settings, maxResource: 'auto' }, options);
    const ends = runStudy(
      pruner,
      Array.from({ length: 6 }, (_, number) => Array<number>(26).fill(number)),
    );
    expect(ends).toEqual(['complete', 'complete', 1, 'complete', 1, 1]);
  });
});
