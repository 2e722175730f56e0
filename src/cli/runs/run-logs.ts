import { hasEnded, readRun } from '../../app/runs.ts';
import type { RunSnapshot } from '../../app/runs.ts';
import type { AppServices } from '../../app/services.ts';
import { didYouMean } from '../../core/closest-name.ts';
import { NotFoundError, UsageError } from '../../core/errors.ts';
import { LOG_LEVELS } from '../../core/logger.ts';
import type { LogLevel } from '../../core/logger.ts';
import { listLogs } from '../../registry/logs.ts';
import type { LogRow } from '../../registry/logs.ts';
import { line } from '../live/plain-lines.ts';
import type { Output } from '../output.ts';
import { isoTime } from '../time-text.ts';
import { wholeNumber } from '../whole-number.ts';
import { isOrphaned } from './list-runs.ts';

type LogsOptions = {
  readonly follow?: boolean;
  readonly task?: string;
  readonly level: string;
  readonly tail?: string;
};

/** `runs logs`; with `follow` until the run has ended, its process is gone, or nobody reads any more. */
export async function printLogs(
  services: AppServices,
  idOrName: string,
  options: LogsOptions,
  output: Output,
  stdoutClosed: AbortSignal,
): Promise<void> {
  if (options.follow === true && output.json) {
    throw new UsageError('--json prints one document, so it cannot --follow. Leave one of them out.');
  }
  const filter = { level: logLevel(options.level), task: options.task };
  const tail = options.tail === undefined ? 0 : wholeNumber('--tail', options.tail);
  const snapshot = await readRun(services, idOrName);
  const lines = (await readLines(services, snapshot, 0, filter)).slice(-tail);
  if (output.json) {
    output.printJson(lines.map((row) => logJson(row, snapshot)));
    return;
  }
  printLines(lines, snapshot, output);
  if (options.follow === true)
    await follow(services, snapshot, lines.at(-1)?.id ?? 0, { filter, output, stdoutClosed });
  else if (lines.length === 0) output.remark('There are no log lines that fit.');
}

type LineFilter = { readonly level: LogLevel; readonly task: string | undefined };

async function follow(
  services: AppServices,
  from: RunSnapshot,
  afterId: number,
  { filter, output, stdoutClosed }: { filter: LineFilter; output: Output; stdoutClosed: AbortSignal },
): Promise<void> {
  let snapshot = from;
  let lastId = afterId;
  while (!stdoutClosed.aborted && !isOver(snapshot)) {
    await services.clock.sleep(POLL_MS);
    // The state is read before the lines: what is written until the run has ended is then always read.
    snapshot = await readRun(services, snapshot.flowRuns[0].id);
    const lines = await readLines(services, snapshot, lastId, filter);
    printLines(lines, snapshot, output);
    lastId = lines.at(-1)?.id ?? lastId;
  }
}

async function readLines(
  { registry }: AppServices,
  snapshot: RunSnapshot,
  afterId: number,
  { level, task }: LineFilter,
): Promise<LogRow[]> {
  const flowRunId = snapshot.flowRuns[0].id;
  const lines = await listLogs(registry.db, { flowRunId, withSubflows: true, afterId, minLevel: level });
  if (task === undefined) return lines;
  const wanted = taskRunIds(snapshot, task);
  return lines.filter(({ taskRunId }) => taskRunId !== null && wanted.has(taskRunId));
}

function isOver(snapshot: RunSnapshot): boolean {
  return hasEnded(snapshot) || isOrphaned(snapshot.flowRuns[0]);
}

function printLines(lines: readonly LogRow[], snapshot: RunSnapshot, output: Output): void {
  const names = runNames(snapshot);
  const colours: Record<LogLevel, (text: string) => string> = {
    debug: output.paint.dim,
    info: (text) => text,
    warn: output.paint.yellow,
    error: output.paint.red,
  };
  for (const row of lines) {
    output.print(
      colours[row.level](
        line(row.at, row.level, names.get(row.taskRunId ?? row.flowRunId) ?? row.flowRunId, row.message),
      ),
    );
  }
}

function logJson(row: LogRow, snapshot: RunSnapshot): object {
  const { flowRunId, taskRunId, level, message, data } = row;
  const task = snapshot.taskRuns.find(({ id }) => id === taskRunId)?.taskName ?? null;
  return { at: isoTime(row.at), level, flowRunId, taskRunId, task, message, data };
}

function runNames({ flowRuns, taskRuns }: RunSnapshot): Map<string, string> {
  return new Map<string, string>([...flowRuns, ...taskRuns].map(({ id, name }) => [id, name]));
}

/** A task that has not started yet may still come; in a run that has ended its name is a mistake. */
function taskRunIds(snapshot: RunSnapshot, wanted: string): Set<string> {
  const { taskRuns } = snapshot;
  const found = taskRuns.filter(({ id, name, taskName }) => [taskName, name].includes(wanted) || id.endsWith(wanted));
  if (found.length > 0 || !hasEnded(snapshot)) return new Set(found.map(({ id }) => id));
  const names = [...new Set(taskRuns.map(({ taskName }) => taskName))];
  throw new NotFoundError(`The run has no task "${wanted}". ${didYouMean(wanted, names)}`);
}

function logLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((name) => name === text);
  if (level === undefined) throw new UsageError(`There is no level "${text}". ${didYouMean(text, LOG_LEVELS)}`);
  return level;
}

const POLL_MS = 500;
