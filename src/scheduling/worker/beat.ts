import { SECOND_MS } from '../../core/clock.ts';
import { toRunError } from '../../core/errors.ts';
import type { FlowRunId } from '../../core/ids.ts';
import { listCancelRequested } from '../../registry/flow-run-states.ts';
import { beatWorker } from '../../registry/workers.ts';
import type { WorkerOptions } from './worker-options.ts';
import type { Slots } from './slots.ts';

const LOOK_EVERY_MS = SECOND_MS;
/** Signs of life come so many looks apart: a third of a lease. */
const LOOKS_A_BEAT = 5;
/** What a child needs to record that it was cancelled, when its time of grace is over. */
const RECORD_MS = 2 * SECOND_MS;

/**
 * Until the signal is aborted, shows every five seconds that the worker and its runs live, from outside of the processes that
 * execute them, and looks after what other processes left behind.
 */
export async function beat(options: WorkerOptions, slots: Slots, until: AbortSignal): Promise<void> {
  const { clock, tell } = options;
  const askedAt = new Map<FlowRunId, number>();
  for (let looks = 1; ; looks += 1) {
    await clock.sleep(LOOK_EVERY_MS, until).catch(() => undefined);
    if (until.aborted) return;
    try {
      await killDeaf(options, slots, askedAt);
      if (looks % LOOKS_A_BEAT !== 0) continue;
      await killLost(options, slots);
      await options.lookAfterOthers();
    } catch (error) {
      tell({ type: 'trouble', message: toRunError(error).message });
    }
  }
}

/** A stopped child gets no sign of life; one whose run was ended or taken over works for nobody and is killed. */
async function killLost({ db, clock, worker, isStopped }: WorkerOptions, slots: Slots): Promise<void> {
  const living = slots.busy.filter(({ process }) => process.pid !== undefined && !isStopped(process.pid));
  const flowRunIds = living.map(({ run }) => run!.flowRunId);
  const kept = await beatWorker(db, { id: worker.id, at: clock.now(), flowRunIds });
  const lost = living.filter((child) => !kept.has(child.run!.flowRunId));
  for (const child of lost) {
    // One that has just recorded its end is about to leave by itself.
    await Promise.race([child.exited, clock.sleep(RECORD_MS)]);
    child.kill();
  }
}

/** A run that was asked to stop, and whose process is too busy to hear of it, is killed when its time of grace is over. */
async function killDeaf(
  { db, clock, graceMs }: WorkerOptions,
  slots: Slots,
  askedAt: Map<FlowRunId, number>,
): Promise<void> {
  const busy = slots.busy;
  const asked = await listCancelRequested(
    db,
    busy.map(({ run }) => run!.flowRunId),
  );
  const now = clock.monotonicMs();
  for (const id of askedAt.keys()) if (!asked.has(id)) askedAt.delete(id);
  for (const child of busy) {
    const { flowRunId } = child.run!;
    if (!asked.has(flowRunId)) continue;
    const since = askedAt.get(flowRunId) ?? now;
    askedAt.set(flowRunId, since);
    if (now - since >= graceMs + RECORD_MS) child.kill();
  }
}
