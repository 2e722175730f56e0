import { SECOND_MS } from '../core/clock.ts';

/** How long a run may give no sign of life before it may be found crashed. */
export const LEASE_MS = 15 * SECOND_MS;

/** Within a lease there are three signs of life, so that a slow disk or one lost turn crashes nobody. */
export function renewEveryMs(leaseMs: number): number {
  return leaseMs / 3;
}

/** The thread that renews costs a tenth of a second of processor time: a run that is over sooner (2 s) has none. */
export function startRenewingAfterMs(leaseMs: number): number {
  return (leaseMs * 2) / 15;
}
