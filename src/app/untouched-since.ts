import { listOpenFlowRuns } from '../registry/flow-runs.ts';
import type { AppServices } from './services.ts';

/**
 * Files that nobody has touched since this time (milliseconds UTC) belong to no flow run that is open now: such a run
 * touches what it writes, and what it finds and means to use. `minAgeMs` keeps younger ones as well.
 */
export async function untouchedSince({ registry, clock }: AppServices, minAgeMs = 0): Promise<number> {
  const open = await listOpenFlowRuns(registry.db);
  return Math.min(clock.now() - minAgeMs + 1, ...open.map(({ createdAt }) => createdAt - CLOCK_GRAIN_MS));
}

/** A file's time may lie this much before the clock's: file systems round. */
const CLOCK_GRAIN_MS = 2_000;
