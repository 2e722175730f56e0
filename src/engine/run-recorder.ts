import { inspect } from 'node:util';
import type { Clock } from '../core/clock.ts';
import type { Secrets } from '../core/secrets.ts';
import type { FlowRunId, TaskRunId } from '../core/ids.ts';
import type { LogData, Logger, LogLevel, Progress } from '../core/logger.ts';
import { toJson } from '../core/to-json.ts';
import { appendLogs, type NewLog } from '../registry/logs.ts';
import type { RegistryDb } from '../registry/registry-db.ts';
import { updateTaskProgress, type TaskProgress } from '../registry/task-runs.ts';
import type { RunEvent, RunObserver } from './run-events.ts';

const FLUSH_AFTER_MS = 100;
const FLUSH_AT_ROWS = 1_000;

export type LogSource = { readonly flowRunId: FlowRunId; readonly taskRunId?: TaskRunId };

/**
 * Writes logs and progress in batches of about 100 ms and tells the observer at once. `flush` before a state is written
 * that says the work has ended: on a normal end nothing is lost.
 */
export class RunRecorder {
  readonly #db: RegistryDb;
  readonly #clock: Clock;
  readonly #secrets: Secrets;
  readonly #observer: RunObserver | undefined;
  #logs: NewLog[] = [];
  readonly #progress = new Map<TaskRunId, TaskProgress>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #unfinished = 0;

  constructor(options: {
    readonly db: RegistryDb;
    readonly clock: Clock;
    readonly secrets: Secrets;
    readonly observer: RunObserver | undefined;
  }) {
    this.#db = options.db;
    this.#clock = options.clock;
    this.#secrets = options.secrets;
    this.#observer = options.observer;
  }

  /** Tells the observer, without secrets; what it throws is its own problem. */
  emit(event: RunEvent): void {
    try {
      this.#observer?.(this.#secrets.seal.data(event));
    } catch {
      // A view that cannot draw must not stop the run.
    }
  }

  logger(source: LogSource): Logger {
    const write = (level: LogLevel) => (message: string, data?: LogData) => this.#log(source, level, message, data);
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  }

  progress(source: Required<LogSource>, attempt: number, progress: Progress): void {
    this.emit({ type: 'progress', ...source, progress, at: this.#clock.now() });
    this.#progress.set(source.taskRunId, { id: source.taskRunId, attempt, progress });
    this.#flushSoon();
  }

  /** Writes what this task run still has to say of its progress, if anything: after its end nothing more is taken. */
  flushProgressOf(id: TaskRunId): Promise<void> | undefined {
    if (this.#progress.has(id)) return this.flush();
    return this.#unfinished > 0 ? this.#writing : undefined;
  }

  /** Writes all there is. Rejects when the registry cannot be written; the lines are then kept for the next try. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#unfinished += 1;
    const written = this.#writing.then(() => this.#write()).finally(() => (this.#unfinished -= 1));
    this.#writing = written.catch(() => undefined);
    await written;
  }

  #log(source: LogSource, level: LogLevel, told: string, data: LogData | undefined): void {
    const { seal } = this.#secrets;
    const message = seal.text(told);
    const copied = data === undefined ? {} : { data: seal.values(loggable(data)) };
    const at = this.#clock.now();
    this.emit({ type: 'log', ...source, level, message, ...copied, at });
    this.#logs.push({
      flowRunId: source.flowRunId,
      taskRunId: source.taskRunId ?? null,
      level,
      message,
      ...copied,
      at,
    });
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#logs.length === FLUSH_AT_ROWS) void this.flush().catch(() => undefined);
    else this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), FLUSH_AFTER_MS);
  }

  async #write(): Promise<void> {
    const logs = this.#logs;
    const progress = [...this.#progress.values()];
    this.#logs = [];
    this.#progress.clear();
    try {
      if (logs.length > 0) await appendLogs(this.#db, logs);
      if (progress.length > 0) await updateTaskProgress(this.#db, progress);
    } catch (error) {
      this.#logs = [...logs, ...this.#logs];
      throw error;
    }
  }
}

/** A copy, because the caller may change its object; what is not JSON must not make a task fail for a line of log. */
function loggable(data: LogData): LogData {
  try {
    return toJson(data, 'data') as LogData;
  } catch {
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, inspect(value)]));
  }
}
