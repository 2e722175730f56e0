import { readCancelRequest } from '../registry/flow-run-states.ts';
import type { RunSession } from './run-session.ts';

const ASK_EVERY_MS = 500;

/** Until the signal is aborted, asks the registry whether somebody wants a flow run of this process cancelled. */
export async function watchForCancel(session: RunSession, until: AbortSignal): Promise<void> {
  const { registry, clock } = session.runtime;
  for (;;) {
    try {
      await clock.sleep(ASK_EVERY_MS, until);
    } catch {
      return;
    }
    for (const flowRun of [...session.running]) {
      // A registry that cannot be read now is asked again; the run itself finds out whether it can still be written.
      const request = await readCancelRequest(registry.db, flowRun.id).catch(() => undefined);
      if (request !== undefined) flowRun.cancel(request.reason);
    }
  }
}
