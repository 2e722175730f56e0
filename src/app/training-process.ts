import { fork, type ChildProcess } from 'node:child_process';
import { CrashedError, EnvironmentError } from '../core/errors.ts';
import type { Logger, ReportProgress } from '../core/logger.ts';
import type { SystemSample } from './system-metrics.ts';
import { errorFromChild } from './training-failure.ts';
import type { EpochMetrics } from '../training/training-settings.ts';
import { childMessageSchema, type ChildMessage } from './training-job-schema.ts';

export type TrainingProcessOptions = {
  /** Aborting ends the child: SIGTERM to its process group, SIGKILL after `graceMs` (default 5 s). */
  readonly signal?: AbortSignal;
  readonly onEpoch?: (metrics: EpochMetrics) => void;
  readonly onSystem?: (sample: SystemSample) => void;
  readonly progress?: ReportProgress;
  readonly log?: Logger;
  /** Called as soon as the child has a pid, so that it can be recorded and ended when this process dies. */
  readonly register?: (child: ChildProcess, what: string) => void;
  readonly graceMs?: number;
};

const GRACE_MS = 5_000;
/** How long a child that has said its last word may take to leave. */
const LINGER_MS = 2_000;
const STDERR_TAIL = 4_000;

/**
 * Runs a child process that takes a job and answers in `ChildMessage`s, in a process group of its own, and returns its
 * result once the child is gone.
 * @throws the signal's reason when aborted; the child's own error; CrashedError when it was killed or ended without a word.
 */
export async function runTrainingProcess(
  entry: URL,
  job: unknown,
  what: string,
  options: TrainingProcessOptions,
): Promise<unknown> {
  const { signal } = options;
  signal?.throwIfAborted();
  const child = fork(entry, [], { detached: true, execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const timers: NodeJS.Timeout[] = [];
  const killAfter = (ms: number): void => void timers.push(setTimeout(() => signalGroup(child, 'SIGKILL'), ms));
  const abort = (): void => {
    signalGroup(child, 'SIGTERM');
    killAfter(options.graceMs ?? GRACE_MS);
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const ended = ending(child);
    if (child.pid !== undefined) options.register?.(child, what);
    const conversation = converse(child, options, () => killAfter(LINGER_MS));
    // A child that died already cannot be written to; how it ended says more than this error.
    child.send(job as object, () => undefined);
    const exit = await ended;
    signal?.throwIfAborted();
    return outcome(what, child, exit, conversation);
  } finally {
    signal?.removeEventListener('abort', abort);
    for (const timer of timers) clearTimeout(timer);
  }
}

type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly error?: Error };

/** Resolves when the child is gone and everything it said has been read. */
async function ending(child: ChildProcess): Promise<Exit> {
  const disconnected = new Promise<void>((resolve) => child.once('disconnect', resolve));
  const exit = await new Promise<Exit>((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, error });
    });
    // Whatever the child started dies with it: else its pipes stay open and "close" never comes.
    child.once('exit', () => signalGroup(child, 'SIGKILL'));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  if (exit.error === undefined && child.connected) await disconnected;
  return exit;
}

type Conversation = {
  epochs: number;
  stderr: string;
  lastWord?: Extract<ChildMessage, { type: 'result' | 'failure' }>;
  unreadable?: Error;
};

function converse(child: ChildProcess, options: TrainingProcessOptions, onLastWord: () => void): Conversation {
  const conversation: Conversation = { epochs: 0, stderr: '' };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    conversation.stderr = (conversation.stderr + text).slice(-STDERR_TAIL);
  });
  child.on('message', (raw: unknown) => {
    const parsed = childMessageSchema.safeParse(raw);
    if (parsed.success) {
      hear(parsed.data, conversation, options, onLastWord);
      return;
    }
    conversation.unreadable = parsed.error;
    signalGroup(child, 'SIGKILL');
  });
  return conversation;
}

function hear(
  message: ChildMessage,
  conversation: Conversation,
  options: TrainingProcessOptions,
  onLastWord: () => void,
): void {
  switch (message.type) {
    case 'epoch':
      conversation.epochs = message.metrics.epoch;
      options.onEpoch?.(message.metrics);
      return;
    case 'progress':
      options.progress?.(message.progress);
      return;
    case 'system':
      options.onSystem?.({ step: message.step, metrics: message.metrics });
      return;
    case 'log':
      passOn(message, options.log);
      return;
    case 'result':
    case 'failure':
      conversation.lastWord = message;
      onLastWord();
  }
}

function passOn({ level, message, data }: Extract<ChildMessage, { type: 'log' }>, log: Logger | undefined): void {
  log?.[level](message, data);
}

function outcome(what: string, child: ChildProcess, exit: Exit, conversation: Conversation): unknown {
  const { lastWord, unreadable } = conversation;
  if (exit.error !== undefined) {
    throw new EnvironmentError(`The process for ${what} could not be started.`, { cause: exit.error });
  }
  if (unreadable !== undefined) {
    throw new CrashedError(`The process for ${what} said something that cannot be read.`, { cause: unreadable });
  }
  if (lastWord === undefined) throw crash(what, child, exit, conversation);
  if (lastWord.type === 'failure') throw errorFromChild(lastWord.error);
  return lastWord.result;
}

function crash(what: string, child: ChildProcess, exit: Exit, { epochs, stderr }: Conversation): CrashedError {
  const how = exit.signal === null ? `ended with exit code ${exit.code} and no result` : `was killed by ${exit.signal}`;
  const hint =
    exit.signal === 'SIGKILL' ? ' When memory ran out: fewer workers, a smaller batch or smaller images.' : '';
  const tail = stderr.trim() === '' ? '' : `\nIts last words:\n${stderr.trim()}`;
  return new CrashedError(`The process for ${what} (pid ${child.pid}) ${how} after ${epochs} epochs.${hint}${tail}`, {
    details: { pid: child.pid ?? null, signal: exit.signal, exitCode: exit.code, epochs },
  });
}

/** Signals the child's process group; a group that is gone already is what we want. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
