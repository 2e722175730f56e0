import { expect, test } from '@jest/globals';
import { Chalk } from 'chalk';
import { markdownSummary, runSummary } from '../../../src/cli/run-summary.ts';
import type { EndedRun } from '../../../src/cli/run-summary.ts';

const places = { dataDir: '/p/data', modelsDir: '/p/models' };
const paint = new Chalk({ level: 0 });
const id = '01937f00-0000-7000-8000-00003f9a1c2e';
const completed: EndedRun = {
  id,
  flow: 'pipeline',
  name: 'pipeline-3f9a1c2e',
  state: { kind: 'Completed', at: 42_000 },
  startedAt: 0,
  endedAt: 42_000,
};
const registered = {
  datasetVersion: 'abcdef0123456789',
  study: { id: '01937f00-0000-7000-8000-0000aaaaaaaa', name: 'signs' },
  model: { name: 'signs', version: 2, aliases: ['champion'] },
  metrics: { testAccuracy: 0.96154, testSamples: 390 },
  promotion: { decision: 'promoted', reason: '96.2 % against 90.0 % of version 1' },
};

test('after a pipeline it says what was promoted and why, where things are, and what to do next', () => {
  expect(runSummary({ ...completed, result: registered }, places, paint).split('\n')).toEqual([
    'Completed pipeline-3f9a1c2e in 42s',
    '',
    '  Promoted  signs version 2 is now the champion: 96.2 % against 90.0 % of version 1',
    '  Metrics   testAccuracy 0.9615 · testSamples 390',
    '  Model     /p/models/signs/2',
    '  Study     signs aaaaaaaa',
    '  Data      abcdef012345',
    '  Next      mlflow-ts predict IMAGE --model signs@champion',
    '            mlflow-ts models show signs',
    '            mlflow-ts runs show 3f9a1c2e',
  ]);
});

test('a version that was not promoted says so and why', () => {
  const result = {
    ...registered,
    model: { name: 'signs', version: 3, aliases: [] },
    promotion: { decision: 'kept', reason: 'p = 0.4' },
  };
  const text = runSummary({ ...completed, result }, places, paint);
  expect(text).toContain('Kept     signs version 3 is saved, not promoted: p = 0.4');
  expect(text).toContain('predict IMAGE --model signs/3');
});

test('collected data that is synthetic is called so', () => {
  const result = {
    id: 'f00d',
    name: 'signs',
    path: 'versions/f00d',
    samples: 2_600,
    classNames: ['a', 'b'],
    synthetic: true,
  };
  const text = runSummary({ ...completed, flow: 'collect', result, next: 'mlflow-ts run prep' }, places, paint);
  expect(text).toContain('signs f00d (synthetic: drawn by a program, not photographed): 2600 samples of 2 classes');
  expect(text).toContain('Next   mlflow-ts run prep');
});

test('a model from synthetic data says so', () => {
  const known = { ...places, dataset: { name: 'sample-signs', synthetic: true } };
  const text = runSummary({ ...completed, result: registered }, known, paint);
  expect(text).toContain('Data      sample-signs abcdef012345 (synthetic: drawn by a program, not photographed)');
});

test('a search tells its best trial, or that none completed', () => {
  const study = { id: 'x', name: 'signs', trials: 6, complete: 5, failed: 1 };
  const best = { trial: 3, params: { learningRate: 0.01 }, value: 0.91234 };
  const text = runSummary({ ...completed, result: { study, best } }, places, paint);
  expect(text).toContain('5 of 6 trials complete, 1 failed');
  expect(text).toContain('trial 3: 0.9123 with learningRate=0.01');
  expect(runSummary({ ...completed, result: { study, best: null } }, places, paint)).not.toContain('Best');
});

test('a failed run says why and how to go on', () => {
  const error = { name: 'DataError', code: 'DATA', message: 'no images\nin /x' };
  const text = runSummary({ ...completed, state: { kind: 'Failed', at: 1, error }, error }, places, paint);
  expect(text.split('\n')).toEqual([
    'Failed pipeline-3f9a1c2e in 42s',
    '  DataError: no images',
    '  in /x',
    '',
    '  Logs   mlflow-ts runs logs 3f9a1c2e',
    '  Again  mlflow-ts runs retry 3f9a1c2e   (what is finished is kept)',
  ]);
});

test('a result of another flow is no obstacle', () => {
  for (const result of [undefined, null, 3, 'text', [1], { model: 'x' }]) {
    expect(runSummary({ ...completed, result }, places, paint)).toContain('runs show 3f9a1c2e');
  }
});

test('for a CI job the same is a Markdown table, whose cells no text breaks', () => {
  const result = { ...registered, promotion: { decision: 'promoted', reason: 'a | b\nc' } };
  const text = markdownSummary({ ...completed, result }, places);
  expect(text).toContain('### ✅ mlflow-ts pipeline: Completed');
  expect(text).toContain('| Promoted | signs version 2 is now the champion: a \\| b c |');
});
