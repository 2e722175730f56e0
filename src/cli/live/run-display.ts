import type { RunEvent, RunObserver } from '../../engine/run-events.ts';
import type { Clock } from '../../core/clock.ts';
import type { CommandContext, OutputStream } from '../command-context.ts';
import { treeLines } from './live-tree.ts';
import type { Output } from '../output.ts';
import { paintLine } from './paint-line.ts';
import { isShown, line, messageText, plainLine } from './plain-lines.ts';
import { createRunView, recordRunEvent } from './run-view.ts';

/** Shows a run on stderr while it goes on. */
export type RunDisplay = {
  readonly observe: RunObserver;
  /** While too much of it waits to be written: a promise that it was. */
  readonly ready: () => Promise<void> | undefined;
  /** A remark between the lines, e.g. that the run is being cancelled. */
  remark(text: string): void;
  /** Draws the last state and leaves it standing; a second call does nothing. */
  stop(): void;
};

/** A live tree where stderr is a terminal, else plain timestamped lines. */
export async function createRunDisplay(context: CommandContext, output: Output): Promise<RunDisplay> {
  const isTerminal = context.stderr.isTTY === true && context.env.TERM !== 'dumb' && (context.env.CI ?? '') === '';
  return isTerminal ? createLiveDisplay(context, output) : createPlainDisplay(context, output);
}

function createPlainDisplay({ stderr, clock }: CommandContext, { logLevel }: Output): RunDisplay {
  const view = createRunView();
  const lastTold = new Map<string, number>();
  return {
    observe: (event) => {
      recordRunEvent(view, event);
      const text = plainLine(event, view, { level: logLevel, lastTold });
      if (text !== undefined) stderr.write(`${text}\n`);
    },
    ready: () => (isBehind(stderr) ? untilWritten(stderr, clock) : undefined),
    remark: (text) => stderr.write(`${text}\n`),
    stop: () => undefined,
  };
}

/** A pipe whose reader is slow: what is written to it would pile up in memory. */
function isBehind({ writableLength = 0, destroyed = false }: OutputStream): boolean {
  return !destroyed && writableLength > MOST_WAITING_BYTES;
}

async function untilWritten(stream: OutputStream, clock: Clock): Promise<void> {
  while (isBehind(stream)) await clock.sleep(WAIT_MS);
}

const MOST_WAITING_BYTES = 256 * 1024;
const WAIT_MS = 10;

/** Draws on a timer and not on every event: thousands of task runs a second would only make the terminal slow. */
async function createLiveDisplay({ stderr, clock }: CommandContext, output: Output): Promise<RunDisplay> {
  const { createLogUpdate } = await import('log-update');
  const update = createLogUpdate(stderr as NodeJS.WritableStream);
  const view = createRunView();
  let tick = 0;
  let isStopped = false;
  const draw = (): void => {
    tick += 1;
    const frame = { now: clock.now(), columns: stderr.columns ?? 80, rows: stderr.rows ?? 24, tick };
    update(
      treeLines(view, frame)
        .map((each) => paintLine(each, output.paintRemark))
        .join('\n'),
    );
  };
  const timer = setInterval(draw, FRAME_MS);
  return {
    observe: (event) => {
      recordRunEvent(view, event);
      const text = logText(event, output);
      if (text !== undefined) update.persist(text);
    },
    ready: () => (isBehind(stderr) ? untilWritten(stderr, clock) : undefined),
    remark: (text) => update.persist(text),
    stop: () => {
      if (isStopped) return;
      isStopped = true;
      clearInterval(timer);
      draw();
      update.done();
    },
  };
}

/** Above the tree stands only what it cannot show: warnings and errors, or what --log-level asks for. */
function logText(event: RunEvent, { logLevel, logLevelGiven, paintRemark }: Output): string | undefined {
  if (event.type !== 'log' || !isShown(event.level, logLevelGiven ? logLevel : 'warn')) return undefined;
  const text = line(event.at, event.level, event.flowRunId.slice(-8), messageText(event));
  return event.level === 'error' ? paintRemark.red(text) : event.level === 'warn' ? paintRemark.yellow(text) : text;
}

const FRAME_MS = 100;
