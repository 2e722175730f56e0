import { z } from 'zod';
import type { SplitSettings } from '../tensor-cache.ts';

const splitSettings: z.ZodType<SplitSettings> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('hash'),
    train: z.number(),
    validation: z.number(),
    test: z.number(),
    salt: z.string(),
    testFolder: z.enum(['apart', 'merge']),
  }),
  z.object({ kind: z.literal('folders'), validation: z.number(), salt: z.string() }),
]);

/** What all shards of a cache have in common; the first thing a decoding child is told. */
export const decodeSetupSchema = z.object({
  cacheId: z.string(),
  /** Absolute paths of the version's files and of the cache. */
  filesFolder: z.string(),
  cacheFolder: z.string(),
  /** Absolute folders of other caches with the same settings, from which rows are taken. */
  earlierCaches: z.array(z.string()),
  shape: z.object({ height: z.int(), width: z.int(), channels: z.union([z.literal(1), z.literal(3)]) }),
  classNames: z.array(z.string()),
  split: splitSettings,
  hasValidationSet: z.boolean(),
});
export type DecodeSetup = z.infer<typeof decodeSetupSchema>;
