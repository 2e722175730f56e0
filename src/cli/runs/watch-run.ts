import { runChanges } from '../../app/run-changes.ts';
import { hasEnded, readRun } from '../../app/runs.ts';
import type { RunSnapshot } from '../../app/runs.ts';
import type { AppServices } from '../../app/services.ts';
import type { CommandContext } from '../command-context.ts';
import { createRunDisplay } from '../live/run-display.ts';
import { stateText } from '../live/state-text.ts';
import type { Output } from '../output.ts';
import { flowRunJson, isOrphaned } from './list-runs.ts';
import { paintState } from './paint-state.ts';

/** `runs watch`: draws a run from the registry until it has ended, then ends as the run did. */
export async function watchRun(
  services: AppServices,
  idOrName: string,
  output: Output,
  context: CommandContext,
): Promise<void> {
  const display = await createRunDisplay(context, output);
  let before: RunSnapshot | undefined;
  // A run with very many tasks takes a while to read: looking must not slow it down.
  let readMs = 0;
  let snapshot = await readRun(services, idOrName);
  try {
    for (;;) {
      for (const event of runChanges(before, snapshot, services.clock.now())) display.observe(event);
      if (hasEnded(snapshot) || isOrphaned(snapshot.flowRuns[0])) break;
      await services.clock.sleep(Math.max(POLL_MS, 3 * readMs));
      before = snapshot;
      const start = services.clock.monotonicMs();
      snapshot = await readRun(services, before.flowRuns[0].id);
      readMs = services.clock.monotonicMs() - start;
    }
  } finally {
    display.stop();
  }
  tellEnd(snapshot, output, context, services.clock.now());
}

/** A run whose process is gone counts as crashed, though this command writes nothing. */
function tellEnd({ flowRuns: [run] }: RunSnapshot, output: Output, context: CommandContext, now: number): void {
  const state = isOrphaned(run) ? ({ kind: 'Crashed', at: now, reason: 'its process is gone' } as const) : run.state;
  if (output.json) output.printJson({ ...flowRunJson(run), state: state.kind });
  else output.print(`${paintState(stateText(state), state.kind, output.paint)} ${run.name}`);
  context.end({ kind: 'flow-run', state });
}

const POLL_MS = 500;
