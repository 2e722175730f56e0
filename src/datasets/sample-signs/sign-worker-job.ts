import { z } from 'zod';

/**
 * One worker's share: every image whose place in the list leaves the remainder `part` when divided by `parts`. It is held against
 * this where the worker is started: a thread that loads no schemas is ready sooner.
 */
export const signWorkerJob = z.object({
  folder: z.string(),
  options: z.object({ seed: z.number(), perClass: z.number() }),
  part: z.number(),
  parts: z.number(),
});

export type SignWorkerJob = z.infer<typeof signWorkerJob>;
