import { expect, test } from '@jest/globals';
import { trialBoard } from '../../../src/app/trial-board.ts';
import type { StudyId, TrialId } from '../../../src/core/ids.ts';
import type { Progress } from '../../../src/core/logger.ts';
import type { TrialRow } from '../../../src/registry/trials.ts';

function trial(number: number, state: TrialRow['state'], value: number | null = null): TrialRow {
  const nothing = { metrics: null, error: null, trainingRunId: null, owner: null, startedAt: 0, endedAt: null };
  const life = { retries: 0, heartbeatSeq: 0 };
  const identity = { id: `t${number}` as TrialId, studyId: 's' as StudyId, configHash: '', attempt: 1 };
  return { ...identity, ...nothing, ...life, number, state, value, params: { filters: number } };
}

function board(epochs: number) {
  const reports: Progress[] = [];
  return {
    board: trialBoard({ epochs, objectives: [{ metric: 'validationAccuracy', direction: 'maximize' }] }, (progress) =>
      reports.push(progress),
    ),
    last: () => reports.at(-1)!,
  };
}

const epoch = (number: number, validationAccuracy: number) => ({
  epoch: number,
  loss: 1,
  accuracy: 0.5,
  validationLoss: 1,
  validationAccuracy,
  learningRate: 0.001,
  seconds: 1,
  imagesPerSecond: 1,
});

test('epochs of kept, ended and running trials count, and the best so far is told', () => {
  const { board: shown, last } = board(3);
  shown.plan({ planned: 4, kept: 1 });
  shown.show(trial(1, 'running'));
  shown.show(trial(2, 'running'));
  shown.epoch(trial(1, 'running'), epoch(2, 0.4));
  expect(last()).toMatchObject({ done: 5, total: 12, unit: 'epochs' });
  shown.show(trial(2, 'complete', 0.75));
  expect(last()).toMatchObject({ done: 8, label: 'best trial 2: 75.0 %' });
});

test('each trial has a row with its epoch, its last accuracy and its parameters', () => {
  const { board: shown, last } = board(3);
  shown.plan({ planned: 2, kept: 0 });
  shown.show(trial(0, 'running'));
  shown.epoch(trial(0, 'running'), epoch(2, 0.4));
  shown.show(trial(1, 'failed'));
  expect(last().table).toEqual([
    { trial: 0, state: 'running', epoch: '2/3', validationAccuracy: 0.4, filters: 0 },
    { trial: 1, state: 'failed', epoch: '0/3', validationAccuracy: null, filters: 1 },
  ]);
});

test('of many trials the running, the best and the latest are shown', () => {
  const { board: shown, last } = board(1);
  shown.show(trial(0, 'complete', 0.9));
  shown.show(trial(1, 'running'));
  for (let number = 2; number < 40; number += 1) shown.show(trial(number, 'complete', 0.1));
  expect(last().table?.map((row) => row.trial)).toEqual([
    0,
    1,
    ...Array.from({ length: 10 }, (_, index) => 30 + index),
  ]);
});
