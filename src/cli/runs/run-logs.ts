import { hasEnded, readRun } from '../../app/runs.ts';
import type { RunSnapshot } from '../../app/runs.ts';
import type { AppServices } from '../../app/services.ts';
import { didYouMean } from '../../core/closest-name.ts';
import type { TaskRunId } from '../../core/ids.ts';
import { NotFoundError, UsageError } from '../../core/errors.ts';
import { LOG_LEVELS } from '../../core/logger.ts';
import type { LogLevel } from '../../core/logger.ts';
import { listLogs } from '../../registry/logs.ts';
import type { RegistryDb } from '../../registry/registry-db.ts';
import { findTaskRunIds, listTaskRunNames } from '../../registry/task-run-counts.ts';
import type { LogRow } from '../../registry/logs.ts';
import { line, messageText } from '../live/plain-lines.ts';
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
  const tail = options.tail === undefined ? undefined : wholeNumber('--tail', options.tail);
  const snapshot = await readRun(services, idOrName);
  if (output.json) {
    const pages = await collect(readPages(services, snapshot, 0, filter), tail);
    output.printJson(pages.map(([row, task]) => logJson(row, task)));
    return;
  }
  let lastId = 0;
  const print = (lines: readonly NamedLine[]): void => {
    printLines(lines, snapshot, output);
    lastId = lines.at(-1)?.[0].id ?? lastId;
  };
  if (tail === undefined) for await (const lines of readPages(services, snapshot, 0, filter)) print(lines);
  else print(await collect(readPages(services, snapshot, 0, filter), tail));
  if (options.follow === true) await follow(services, snapshot, lastId, { filter, output, stdoutClosed });
  else if (lastId === 0) output.remark('There are no log lines that fit.');
}

type LineFilter = { readonly level: LogLevel; readonly task: string | undefined };
/** A line and the task run it is of, if it is of one. */
type NamedLine = readonly [row: LogRow, task: TaskName | undefined];
type TaskName = { readonly name: string; readonly taskName: string };

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
    for await (const lines of readPages(services, snapshot, lastId, filter)) {
      printLines(lines, snapshot, output);
      lastId = lines.at(-1)?.[0].id ?? lastId;
    }
  }
}

/** Page by page: a run may have written a million lines. */
async function* readPages(
  { registry }: AppServices,
  snapshot: RunSnapshot,
  afterId: number,
  { level, task }: LineFilter,
): AsyncGenerator<readonly NamedLine[]> {
  const flowRunId = snapshot.flowRuns[0].id;
  const wanted = task === undefined ? undefined : await taskRunIds(registry.db, snapshot, task);
  for (let after = afterId; ;) {
    const filter = { flowRunId, withSubflows: true, afterId: after, minLevel: level, limit: PAGE };
    const lines = await listLogs(registry.db, filter);
    const fitting = wanted === undefined ? lines : lines.filter((line) => wanted.has(line.taskRunId!));
    const names = await listTaskRunNames(registry.db, [...new Set(fitting.flatMap((line) => line.taskRunId ?? []))]);
    if (fitting.length > 0) yield fitting.map((line) => [line, names.get(line.taskRunId!)] as const);
    if (lines.length < PAGE) return;
    after = lines.at(-1)!.id;
  }
}

/** All lines, or the last so many. */
async function collect(
  pages: AsyncIterable<readonly NamedLine[]>,
  last: number | undefined,
): Promise<readonly NamedLine[]> {
  let lines: NamedLine[] = [];
  for await (const page of pages) {
    lines.push(...page);
    if (last !== undefined && lines.length > last) lines = lines.slice(-last);
  }
  return lines;
}

function isOver(snapshot: RunSnapshot): boolean {
  return hasEnded(snapshot) || isOrphaned(snapshot.flowRuns[0]);
}

function printLines(lines: readonly NamedLine[], { flowRuns }: RunSnapshot, output: Output): void {
  const flows = new Map<string, string>(flowRuns.map(({ id, name }) => [id, name]));
  const colours: Record<LogLevel, (text: string) => string> = {
    debug: output.paint.dim,
    info: (text) => text,
    warn: output.paint.yellow,
    error: output.paint.red,
  };
  for (const [row, task] of lines) {
    const where = task?.name ?? flows.get(row.flowRunId) ?? row.flowRunId;
    output.print(colours[row.level](line(row.at, row.level, where, messageText(row))));
  }
}

function logJson(row: LogRow, task: TaskName | undefined): object {
  const { flowRunId, taskRunId, level, message, data } = row;
  return { at: isoTime(row.at), level, flowRunId, taskRunId, task: task?.taskName ?? null, message, data };
}

/** A task that has not started yet may still come; in a run that has ended its name is a mistake. */
async function taskRunIds(db: RegistryDb, snapshot: RunSnapshot, wanted: string): Promise<ReadonlySet<TaskRunId>> {
  const flowRunIds = snapshot.flowRuns.map(({ id }) => id);
  const found = await findTaskRunIds(db, flowRunIds, wanted);
  if (found.size > 0 || !hasEnded(snapshot)) return found;
  const names = [...new Set(snapshot.taskRunCounts.map(({ taskName }) => taskName))];
  throw new NotFoundError(`The run has no task "${wanted}". ${didYouMean(wanted, names)}`);
}

function logLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((name) => name === text);
  if (level === undefined) throw new UsageError(`There is no level "${text}". ${didYouMean(text, LOG_LEVELS)}`);
  return level;
}

const POLL_MS = 500;
const PAGE = 5_000;
