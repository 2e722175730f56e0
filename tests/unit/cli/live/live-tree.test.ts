import { expect, test } from '@jest/globals';
import type { FlowRunId } from '../../../../src/core/ids.ts';
import { treeLines } from '../../../../src/cli/live/live-tree.ts';
import type { Frame } from '../../../../src/cli/live/live-tree.ts';
import { createRunView, recordRunEvent } from '../../../../src/cli/live/run-view.ts';
import type { RunEvent } from '../../../../src/engine/run-events.ts';
import { completed, failed, flowEvent, pending, progressEvent, running, taskEvent } from './run-events-of.ts';

function draw(events: readonly RunEvent[], frame: Partial<Frame> = {}): string[] {
  const view = createRunView();
  for (const event of events) recordRunEvent(view, event);
  const lines = treeLines(view, { now: 10_000, columns: 120, rows: 40, tick: 0, ...frame });
  return lines.map((pieces) => pieces.map(({ text }) => text).join(''));
}

const subflow = { parentFlowRunId: 'pipeline-1' as FlowRunId };
const started: RunEvent[] = [
  flowEvent('pipeline-1', running(0)),
  flowEvent('collect-1', running(1_000), subflow),
  taskEvent('collect-1', 'download-1', running(1_000)),
  taskEvent('collect-1', 'download-1', completed(3_500)),
  flowEvent('collect-1', completed(4_000), subflow),
  flowEvent('prep-1', running(4_000), subflow),
  taskEvent('prep-1', 'decode-1', running(5_000)),
];

test('subflows and tasks stand below what called them, with how long they took', () => {
  expect(draw(started)).toEqual([
    '⠋ pipeline  10s',
    '  ✔ collect  3s',
    '    ✔ download  2.5s',
    '  ⠋ prep  6s',
    '    ⠋ decode  5s',
  ]);
});

test('progress shows a bar, the rate since it began, the time left and what it is at', () => {
  const lines = draw([
    ...started,
    progressEvent('prep-1', 'decode-1', 5_000, { done: 0, total: 2_000, unit: 'images' }),
    progressEvent('prep-1', 'decode-1', 6_000, { done: 500, total: 2_000, unit: 'images', label: 'train' }),
  ]);
  expect(lines.at(-1)).toBe(
    '    ⠋ decode  5s  ━━━━━───────────────  25 % 500/2,000 images · 500 images/s · 3s left  train',
  );
});

test('a failed task shows why, in one line', () => {
  const lines = draw([...started, taskEvent('prep-1', 'decode-1', failed(6_000, 'broken image\nat x'))]);
  expect(lines.at(-1)).toBe('    ✖ decode  1s  Failed: broken image');
});

test('a second attempt says so, and its time is its own', () => {
  const lines = draw([
    ...started,
    taskEvent('prep-1', 'decode-1', { kind: 'Scheduled', at: 6_000, scheduledFor: 7_000, retryAt: 7_000 }),
  ]);
  expect(lines.at(-1)).toBe('    · decode  5s  waits for its next attempt');
  const again = draw([...started, taskEvent('prep-1', 'decode-1', running(8_000), { attempt: 2 })]);
  expect(again.at(-1)).toBe('    ⠋ decode  2s  attempt 2');
});

test('cached, skipped and reused runs are told from executed ones', () => {
  const lines = draw([
    flowEvent('prep-1', running(0)),
    taskEvent('prep-1', 'a-1', { kind: 'Cached', at: 1, cacheKey: 'k' }),
    taskEvent('prep-1', 'b-1', { kind: 'Skipped', at: 1, reason: 'nothing new' }),
    taskEvent('prep-1', 'c-1', completed(1), { reused: true }),
  ]);
  expect(lines.slice(1)).toEqual(['  ✔ a  Cached', '  ○ b  Skipped: nothing new', '  ✔ c  from an earlier attempt']);
});

const trials = (count: number, endedAt: (index: number) => number | undefined): RunEvent[] =>
  Array.from({ length: count }, (_, index) => {
    const end = endedAt(index);
    const id = `trial-${index}`;
    const run = [taskEvent('hpo-1', id, running(1_000), { name: `lr=0.${index}` })];
    return end === undefined ? run : [...run, taskEvent('hpo-1', id, completed(end), { name: `lr=0.${index}` })];
  }).flat();

test('few runs of a mapped task stand one by one under their own names', () => {
  const lines = draw([flowEvent('hpo-1', running(0)), ...trials(3, (index) => (index === 0 ? 2_000 : undefined))]);
  expect(lines).toEqual(['⠋ hpo  10s', '  ✔ lr=0.0  1s', '  ⠋ lr=0.1  9s', '  ⠋ lr=0.2  9s']);
});

test('many runs of a mapped task are counted, and only those at work or failed stand alone', () => {
  const lines = draw([
    flowEvent('hpo-1', running(0)),
    ...trials(20, (index) => (index < 17 ? 2_000 : undefined)),
    taskEvent('hpo-1', 'trial-20', failed(2_000, 'out of memory'), { name: 'lr=9' }),
  ]);
  expect(lines[1]).toBe('  • trial  17 of 21 done, 1 failed');
  expect(lines.slice(2)).toEqual([
    '    ⠋ lr=0.17  9s',
    '    ⠋ lr=0.18  9s',
    '    ⠋ lr=0.19  9s',
    '    ✖ lr=9  Failed: out of memory',
  ]);
});

test('of 10,000 runs of a mapped task the view keeps a few, and counts all', () => {
  const view = createRunView();
  const record = (event: RunEvent) => recordRunEvent(view, event);
  record(flowEvent('hpo-1', running(0)));
  trials(10_000, () => 2_000).forEach(record);
  for (let index = 0; index < 100; index += 1) {
    record(taskEvent('hpo-1', `bad-${index}`, failed(2_000, 'out of memory'), { task: 'trial' }));
  }
  expect(view.nodes.size).toBeLessThan(100);
  const [, group, ...others] = treeLines(view, { now: 10_000, columns: 120, rows: 40, tick: 0 });
  expect(group!.map(({ text }) => text).join('')).toBe('  ✖ trial  10000 of 10100 done, 100 failed');
  expect(others.length).toBeLessThan(10);
});

test('a flow that begins its next attempt counts its tasks anew', () => {
  const attempt = (number: number): RunEvent[] => [
    flowEvent('hpo-1', running(0), { attempt: number }),
    ...Array.from({ length: 200 }, (_, index) =>
      taskEvent('hpo-1', `trial-${index}`, completed(2_000), { reused: number > 1 }),
    ),
  ];
  expect(draw([...attempt(1), ...attempt(2)])[1]).toBe('  ✔ trial  200 of 200 done');
});

test('in a low terminal the inside of finished runs is left out first, and no more lines are drawn than fit', () => {
  expect(draw(started, { rows: 5 })).toEqual([
    '⠋ pipeline  10s',
    '  ✔ collect  3s',
    '  ⠋ prep  6s',
    '    ⠋ decode  5s',
  ]);
  expect(draw(started, { rows: 3 })).toHaveLength(2);
});

test('in a narrow terminal lines are cut, never wrapped', () => {
  for (const line of draw(started, { columns: 12 })) expect(line.length).toBeLessThanOrEqual(11);
});

test('a run that has not begun shows no time', () => {
  expect(draw([flowEvent('prep-1', pending(0))])).toEqual(['· prep  Pending']);
});

test('a task that reports a table shows it below, numbers to the right', () => {
  const table = [
    { trial: 0, state: 'complete', epoch: '3/3', validationAccuracy: 0.912345, learningRate: 0.001 },
    { trial: 10, state: 'running', epoch: '1/3', validationAccuracy: null, learningRate: 0.0005 },
  ];
  const lines = draw([
    ...started,
    progressEvent('prep-1', 'decode-1', 5_000, { done: 4, total: 6, unit: 'epochs', table }),
  ]);
  expect(lines.slice(-3)).toEqual([
    '      trial  state     epoch  validationAccuracy  learningRate',
    '          0  complete  3/3                0.9123         0.001',
    '         10  running   1/3                     –        0.0005',
  ]);
});
