import { z } from 'zod';

/**
 * Which process, beyond doubt: pids are given out again, so the host, its boot id and the process's start time belong
 * to it.
 */
export type ProcessIdentity = {
  readonly host: string;
  readonly bootId: string;
  readonly pid: number;
  readonly processStart: string;
};

export const processIdentitySchema: z.ZodType<ProcessIdentity> = z.object({
  host: z.string(),
  bootId: z.string(),
  pid: z.number(),
  processStart: z.string(),
});
