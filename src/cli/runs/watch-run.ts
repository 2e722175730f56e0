import { runChanges } from '../../app/run-changes.ts';
import { hasEnded, readRun } from '../../app/runs.ts';
import type { RunSnapshot } from '../../app/runs.ts';
import type { AppServices } from '../../app/services.ts';
import { shortId } from '../../core/ids.ts';
import type { CommandContext, InterruptSignal } from '../command-context.ts';
import { createRunDisplay } from '../live/run-display.ts';
import type { RunDisplay } from '../live/run-display.ts';
import { stateText } from '../live/state-text.ts';
import type { Output } from '../output.ts';
import { publicError } from '../report-error.ts';
import { flowRunJson, isOrphaned } from './list-runs.ts';
import { paintState } from './paint-state.ts';

/** `runs watch`: draws a run from the registry until it has ended, then ends as the run did. Ctrl-C leaves the run alone. */
export async function watchRun(
  services: AppServices,
  idOrName: string,
  output: Output,
  context: CommandContext,
): Promise<void> {
  const first = await readRun(services, idOrName);
  const display = await createRunDisplay(context, output);
  const left = new AbortController();
  let leftBy: InterruptSignal | undefined;
  const stopListening = context.interruptions.listen((signal) => {
    leftBy = signal;
    left.abort();
  });
  try {
    const last = await follow(services, first, display, left.signal);
    display.stop();
    if (last === undefined) tellLeft(first, leftBy ?? 'SIGINT', output, context);
    else tellEnd(last, output, context, services.clock.now());
  } finally {
    stopListening();
    display.stop();
  }
}

/** Shows what happens until the run has ended, and returns the end; undefined when the watcher has left before. */
async function follow(
  services: AppServices,
  first: RunSnapshot,
  display: RunDisplay,
  left: AbortSignal,
): Promise<RunSnapshot | undefined> {
  let before: RunSnapshot | undefined;
  let snapshot = first;
  let wasGone = false;
  // A run with very many tasks takes a while to read: looking must not slow it down.
  let readMs = 0;
  for (;;) {
    for (const event of runChanges(before, snapshot, services.clock.now())) display.observe(event);
    // A process that has just ended may have written the end after it was read: what is gone is read once more.
    const isGone = isOrphaned(snapshot.flowRuns[0]);
    if (hasEnded(snapshot) || (isGone && wasGone)) return snapshot;
    wasGone = isGone;
    if (!isGone) await services.clock.sleep(Math.max(POLL_MS, 3 * readMs), left).catch(() => undefined);
    if (left.aborted) return undefined;
    before = snapshot;
    const start = services.clock.monotonicMs();
    snapshot = await readRun(services, before.flowRuns[0].id);
    readMs = services.clock.monotonicMs() - start;
  }
}

/** A run whose process is gone counts as crashed, though this command writes nothing. */
function tellEnd({ flowRuns: [run] }: RunSnapshot, output: Output, context: CommandContext, now: number): void {
  const state = isOrphaned(run) ? ({ kind: 'Crashed', at: now, reason: 'its process is gone' } as const) : run.state;
  const error = state.kind === 'Failed' ? { error: publicError(state.error) } : {};
  if (output.json) output.printJson({ ...flowRunJson(run), state: state.kind, ...error });
  else output.print(`${paintState(stateText(state), state.kind, output.paint)} ${run.name}`);
  context.end({ kind: 'flow-run', state });
}

function tellLeft(
  { flowRuns: [run] }: RunSnapshot,
  signal: InterruptSignal,
  output: Output,
  context: CommandContext,
): void {
  const short = shortId(run.id);
  output.remark(
    `${run.name} goes on. Watch it: mlflow-ts runs watch ${short} · stop it: mlflow-ts runs cancel ${short}`,
  );
  context.end({ kind: 'interrupted', signal });
}

const POLL_MS = 500;
