import { SECOND_MS } from '../../core/clock.ts';
import { toRunError } from '../../core/errors.ts';
import type { ClaimedRun } from '../../registry/claim-queued-run.ts';
import { insertWorker, markWorker } from '../../registry/workers.ts';
import { beat } from './beat.ts';
import { Slots } from './slots.ts';
import type { WorkerOptions } from './worker-options.ts';

/**
 * Takes flow runs of a pool and executes each in a process of its own until it is told to drain or, with `once`, until nothing
 * is left to take. What a child or the worker itself cannot finish is left to be found by other workers.
 * @throws EnvironmentError when no child can be started.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { db, clock, worker, drain, graceMs, tell } = options;
  await insertWorker(db, worker);
  await options.lookAfterOthers();
  const slots = new Slots({
    count: worker.slots,
    warm: options.once ? 1 : worker.slots,
    clock,
    fork: options.fork,
    onRunLeft: async (run, { ended, how, pid }) => {
      try {
        const state = await persist(options, () => options.endRun(run, `its process ${how}`, pid));
        tell({ type: 'ended', run, state: ended ?? state });
      } catch (error) {
        // Another worker finds it: nobody renews its lease.
        tell({ type: 'trouble', message: toRunError(error).message });
      }
    },
  });
  const beating = new AbortController();
  const beats = beat(options, slots, beating.signal);
  try {
    await takeRuns(options, slots);
  } finally {
    slots.close();
    await markWorker(db, worker.id, 'draining_at', clock.now());
    if (drain.aborted) tell({ type: 'draining', running: slots.open });
    const killed = new AbortController();
    void clock.sleep(graceMs, killed.signal).then(
      () => slots.busy.forEach((child) => child.kill()),
      () => undefined,
    );
    await slots.idle();
    killed.abort();
    beating.abort();
    await beats;
    await markWorker(db, worker.id, 'ended_at', clock.now());
  }
}

async function takeRuns(options: WorkerOptions, slots: Slots): Promise<void> {
  const { dispatcher, drain } = options;
  while (!drain.aborted) {
    const child = slots.free();
    if (child === undefined) {
      await slots.changed(drain);
      continue;
    }
    const run = await take(options);
    if (run !== undefined) {
      slots.execute(child, { ...run, codeVersion: await options.codeVersion(), graceMs: options.graceMs });
      options.tell({ type: 'started', run, pid: child.process.pid ?? 0 });
    } else if (!options.once) await persist(options, () => dispatcher.wakeUp(drain));
    else if (slots.open === 0) return;
    else await slots.changed(drain);
  }
}

/** A registry that cannot be read or written for a while (locked, a full disk) is asked again. */
async function take(options: WorkerOptions): Promise<ClaimedRun | undefined> {
  return persist(options, () => options.dispatcher.take());
}

async function persist<Result>({ clock, tell, drain }: WorkerOptions, call: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (tries === MAX_TRIES || drain.aborted) throw error;
      tell({ type: 'trouble', message: toRunError(error).message });
      await clock.sleep(TRY_AGAIN_MS, drain).catch(() => undefined);
    }
  }
}

const MAX_TRIES = 100;
const TRY_AGAIN_MS = 5 * SECOND_MS;
