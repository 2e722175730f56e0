import type { Json } from './json.ts';

/** From the least severe on. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
/** How severe a log line is. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where a task, flow or service says what it does. Data is JSON and is stored beside the message. */
export interface Logger {
  /** For who looks for a mistake. */
  debug(message: string, data?: LogData): void;
  /** What happens. */
  info(message: string, data?: LogData): void;
  /** What is odd and did not stop the work. */
  warn(message: string, data?: LogData): void;
  /** What went wrong. */
  error(message: string, data?: LogData): void;
}

export type LogData = Readonly<Record<string, Json>>;

/** How long work shows itself: `total` is absent while it is unknown. */
export type Progress = {
  readonly done: number;
  readonly total?: number;
  readonly unit: string;
  readonly label?: string;
  /** What goes on in parallel, a few rows with the same members: a live table where there is a terminal. */
  readonly table?: readonly Readonly<Record<string, Json>>[];
};
/** Tells how far work is; call it as often as you like. */
export type ReportProgress = (progress: Progress) => void;
