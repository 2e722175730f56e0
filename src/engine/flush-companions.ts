import { toRunError } from '../core/errors.ts';
import type { RunState } from '../core/run-state.ts';
import type { ActiveFlowRun } from './active-flow-run.ts';
import { isFenced, type BodyEnd } from './run-body.ts';

/**
 * Lets the flow run's companions write what they were told, before a body's end is recorded; a body that succeeded fails
 * when that cannot be written.
 * @throws FencedError when another attempt has taken over.
 */
export async function flushCompanions({ companions }: ActiveFlowRun, end: BodyEnd): Promise<BodyEnd> {
  for (const companion of companions) {
    try {
      await companion.flush();
    } catch (error) {
      if (isFenced(error)) throw error;
      return end.kind === 'returned' || end.kind === 'skipped' ? { kind: 'failed', error } : end;
    }
  }
  return end;
}

/** Tells the companions how the flow run ends. What they throw is logged and changes nothing. */
export async function endCompanions({ companions, log }: ActiveFlowRun, state: RunState): Promise<void> {
  for (const companion of companions) {
    try {
      await companion.ended(state);
    } catch (error) {
      log.error(`What accompanied the run could not be ended: ${toRunError(error).message}`);
    }
  }
}
