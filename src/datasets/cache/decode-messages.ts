import { z } from 'zod';
import type { SplitSettings } from '../tensor-cache.ts';
import { shardJobSchema } from './plan-shards.ts';

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
  shape: z.object({ height: z.int(), width: z.int(), channels: z.union([z.literal(1), z.literal(3)]) }),
  classNames: z.array(z.string()),
  split: splitSettings,
  hasValidationSet: z.boolean(),
});
export type DecodeSetup = z.infer<typeof decodeSetupSchema>;

/** From the parent to a decoding child. */
export const toDecodeChildSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('setup'), setup: decodeSetupSchema }),
  z.object({ type: z.literal('shard'), job: shardJobSchema }),
]);

/** From a decoding child to the parent; `done` counts the samples of the shard under way. */
export const fromDecodeChildSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), done: z.int() }),
  z.object({ type: z.literal('written') }),
  z.object({ type: z.literal('failed'), code: z.string(), message: z.string() }),
]);
export type ToDecodeChild = z.infer<typeof toDecodeChildSchema>;
export type FromDecodeChild = z.infer<typeof fromDecodeChildSchema>;
