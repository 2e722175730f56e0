import type { Clock } from '../../core/clock.ts';
import type { RegistryDb } from '../../registry/registry-db.ts';
import { Calculators } from './calculators.ts';
import { tick, type MadeRun } from './tick.ts';

export type SchedulerOptions = {
  readonly db: RegistryDb;
  readonly clock: Clock;
  readonly codeVersion: string;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly tell: (event: SchedulerEvent) => void;
};

export type SchedulerEvent =
  | { readonly type: 'made'; readonly run: MadeRun }
  /** It is tried again a second later, or concerns one schedule alone. */
  | { readonly type: 'trouble'; readonly message: string };

/** Looks every second which schedules are due, and makes their runs, until the signal is aborted. */
export async function runScheduler({ db, clock, codeVersion, signal, tell }: SchedulerOptions): Promise<void> {
  const { schedule } = await import('node-cron');
  const calculators = new Calculators();
  let looking = Promise.resolve();
  const look = async (): Promise<void> => {
    try {
      const { made, problems } = await tick(db, calculators, { now: clock.now(), codeVersion });
      for (const run of made) tell({ type: 'made', run });
      for (const message of problems) tell({ type: 'trouble', message });
    } catch (error) {
      tell({ type: 'trouble', message: error instanceof Error ? error.message : String(error) });
    }
  };
  // UTC knows no changed clocks. A tick that comes while the last one is under way is left out: the next one makes up for it.
  const ticker = schedule('* * * * * *', () => (looking = look()), { timezone: 'UTC', noOverlap: true });
  try {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await ticker.destroy();
    await looking;
  }
}
