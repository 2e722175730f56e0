import { z } from 'zod';

/** From the parent to a child that does jobs: first what all have in common, then one job at a time. */
export const toJobChildSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('setup'), setup: z.unknown() }),
  z.object({ type: z.literal('job'), job: z.unknown() }),
]);

/** From such a child to its parent; `done` counts within the job under way. */
export const fromJobChildSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), done: z.int() }),
  z.object({ type: z.literal('done'), result: z.unknown() }),
  z.object({ type: z.literal('failed'), code: z.string(), message: z.string() }),
]);
export type ToJobChild = z.infer<typeof toJobChildSchema>;
export type FromJobChild = z.infer<typeof fromJobChildSchema>;
