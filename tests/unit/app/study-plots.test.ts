import { expect, test } from '@jest/globals';
import { studyPlots } from '../../../src/app/study-plots.ts';
import type { StudyRow } from '../../../src/registry/studies.ts';
import type { TrialReport } from '../../../src/registry/trial-reports.ts';
import type { TrialRow } from '../../../src/registry/trials.ts';
import { describeSearchSpace, parseSearchSpace } from '../../../src/training/search/parse-search-space.ts';

const space = parseSearchSpace({
  optimizer: { choice: ['sgd', '<b>&adam'] },
  rate: { float: [1e-4, 1], log: true },
  momentum: { float: [0, 0.9], when: { optimizer: 'sgd' } },
  fixed: { int: [3, 3] },
});
const accuracy = { metric: 'validationAccuracy', direction: 'maximize' } as const;
const parameters = { metric: 'parameters', direction: 'minimize' } as const;

function study(objectives: StudyRow['objectives']): StudyRow {
  return { name: 'a & <b>', objectives, space: describeSearchSpace(space) } as unknown as StudyRow;
}

function trial(number: number, state: TrialRow['state'], params: TrialRow['params']): TrialRow {
  const value = state === 'complete' ? number / 10 : null;
  return {
    id: `t${number}`,
    number,
    state,
    params,
    value,
    metrics: { parameters: 100 - number },
  } as unknown as TrialRow;
}

const trials = [
  trial(0, 'complete', { optimizer: 'sgd', rate: 0.01, momentum: 0.5, fixed: 3 }),
  trial(1, 'complete', { optimizer: '<b>&adam', rate: 0.1, fixed: 3 }),
  trial(2, 'pruned', { optimizer: 'sgd', rate: 1, momentum: 0, fixed: 3 }),
];
const reports = new Map(
  trials.map(({ id }) => [id, [1, 2].map((step): TrialReport => ({ step, value: step / 10, rungs: 0 }))]),
);
const keys = (plots: ReturnType<typeof studyPlots>): string[] => plots.map(({ key }) => key);

test('a study is drawn in well-formed pictures, its texts escaped', () => {
  const plots = studyPlots(study([accuracy, parameters]), trials, reports);
  const single = ['optimisation-history', 'parallel-coordinates', 'slice', 'importance', 'intermediate-values'];
  expect(keys(plots)).toEqual([...single, 'pareto-front']);
  expect(keys(studyPlots(study([accuracy]), trials, reports))).toEqual(single);
  for (const { svg } of plots) {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg".*<\/svg>$/s);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|<b>/);
    expect(unclosed(svg)).toEqual([]);
  }
  const named = plots.filter(({ svg }) => svg.includes('a &amp; &lt;b&gt;'));
  expect(named).toHaveLength(plots.length);
});

test('where there is little to show there are fewer pictures, and no broken ones', () => {
  expect(studyPlots(study([accuracy]), trials.slice(2), reports)).toEqual([]);
  const one = studyPlots(study([accuracy]), trials.slice(0, 1), new Map());
  expect(keys(one)).toEqual(['optimisation-history', 'parallel-coordinates', 'slice']);
  for (const { svg } of one) expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

/** The elements that are still open at the end. */
function unclosed(svg: string): string[] {
  const open: string[] = [];
  for (const [, close, name] of svg.matchAll(/<(\/?)([a-z]+)[^>]*>/g)) {
    if (close === '') open.push(name!);
    else if (open.at(-1) === name) open.pop();
    else throw new Error(`</${name}> closes ${open.at(-1)}`);
  }
  return open;
}
