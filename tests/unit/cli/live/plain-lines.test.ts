import { expect, test } from '@jest/globals';
import type { FlowRunId } from '../../../../src/core/ids.ts';
import type { LogLevel } from '../../../../src/core/logger.ts';
import { plainLine } from '../../../../src/cli/live/plain-lines.ts';
import { createRunView, recordRunEvent } from '../../../../src/cli/live/run-view.ts';
import type { RunEvent } from '../../../../src/engine/run-events.ts';
import { completed, failed, flowEvent, pending, progressEvent, running, taskEvent } from './run-events-of.ts';

function tell(events: readonly RunEvent[], level: LogLevel = 'info'): string[] {
  const view = createRunView();
  const lastTold = new Map<string, number>();
  return events.flatMap((event) => {
    recordRunEvent(view, event);
    return plainLine(event, view, { level, lastTold }) ?? [];
  });
}

test('each start and end is one line with its time in UTC', () => {
  const lines = tell([
    flowEvent('prep-1', pending(0)),
    flowEvent('prep-1', running(0)),
    taskEvent('prep-1', 'decode-1', running(1_000)),
    taskEvent('prep-1', 'decode-1', completed(3_500)),
    flowEvent('prep-1', failed(4_000, 'no images\nin data')),
  ]);
  expect(lines).toEqual([
    '1970-01-01T00:00:00.000Z info  prep-1: Running',
    '1970-01-01T00:00:01.000Z info  decode-1: Running',
    '1970-01-01T00:00:03.500Z info  decode-1: Completed in 2.5s',
    '1970-01-01T00:00:04.000Z error prep-1: Failed: no images',
  ]);
});

test('progress is told every ten seconds and not at every report', () => {
  const report = (at: number): RunEvent =>
    progressEvent('prep-1', 'decode-1', at, { done: at, total: 40_000, unit: 'images' });
  const lines = tell([
    flowEvent('prep-1', running(0)),
    taskEvent('prep-1', 'decode-1', running(0)),
    ...[1_000, 5_000, 11_000, 12_000, 20_000, 21_500].map(report),
  ]);
  expect(lines.slice(2)).toEqual([
    '1970-01-01T00:00:11.000Z info  decode-1: 27 % 11,000/40,000 images · 1,000 images/s · 29s left',
    '1970-01-01T00:00:21.500Z info  decode-1: 53 % 21,500/40,000 images · 1,000 images/s · 19s left',
  ]);
});

test('--log-level leaves out what is less severe: logs, and with warn the starts and ends too', () => {
  const log = (level: LogLevel): RunEvent => ({
    type: 'log',
    flowRunId: 'prep-1' as FlowRunId,
    level,
    message: `a ${level}`,
    at: 0,
  });
  const events = [flowEvent('prep-1', running(0)), log('debug'), log('info'), log('warn'), log('error')];
  expect(tell(events, 'warn')).toEqual([
    '1970-01-01T00:00:00.000Z warn  prep-1: a warn',
    '1970-01-01T00:00:00.000Z error prep-1: a error',
  ]);
  expect(tell(events, 'debug')).toHaveLength(5);
});

test('a log line shows the plain values it came with', () => {
  const logged: RunEvent = {
    type: 'log',
    flowRunId: 'prep-1' as FlowRunId,
    level: 'info',
    message: 'Listed files',
    data: { folder: 'photos', files: 3, share: 0.123456, names: ['a', 'b'] },
    at: 0,
  };
  expect(tell([flowEvent('prep-1', running(0)), logged], 'info')).toContain(
    '1970-01-01T00:00:00.000Z info  prep-1: Listed files (folder=photos files=3 share=0.1235)',
  );
});
