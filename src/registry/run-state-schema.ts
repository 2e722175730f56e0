import { z } from 'zod';
import type { RunError, RunState } from '../core/run-state.ts';

/** A run's error as it is stored, with its chain of causes. */
export const runErrorSchema: z.ZodType<RunError> = z.lazy(() =>
  z.object({
    name: z.string(),
    code: z.string(),
    message: z.string(),
    stack: z.string().exactOptional(),
    details: z.record(z.string(), z.json()).exactOptional(),
    cause: runErrorSchema.exactOptional(),
  }),
);

const at = z.number();
const reason = z.string();

/** A run's state as it is stored. */
export const runStateSchema: z.ZodType<RunState> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('Scheduled'), at, scheduledFor: z.number(), retryAt: z.number().exactOptional() }),
  z.object({ kind: z.literal('Pending'), at }),
  z.object({ kind: z.literal('Running'), at }),
  z.object({ kind: z.literal('Paused'), at, reason }),
  z.object({ kind: z.literal('Cancelling'), at, reason }),
  z.object({ kind: z.literal('Completed'), at }),
  z.object({ kind: z.literal('Cached'), at, cacheKey: z.string() }),
  z.object({ kind: z.literal('Skipped'), at, reason }),
  z.object({ kind: z.literal('Failed'), at, error: runErrorSchema }),
  z.object({ kind: z.literal('TimedOut'), at, timeoutMs: z.number() }),
  z.object({ kind: z.literal('Cancelled'), at, reason }),
  z.object({ kind: z.literal('Crashed'), at, reason }),
]);
