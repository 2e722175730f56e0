import { z } from 'zod';
import { shardJobSchema } from '../cache/plan-shards.ts';
import { imageMeasureSchema } from './measure-image.ts';

/** What all jobs of describing a version have in common. */
export const describeSetupSchema = z.object({
  /** Absolute path of the version's files. */
  filesFolder: z.string(),
  classNames: z.array(z.string()),
  /** Of the small pictures. */
  drawnSide: z.int(),
});

/** To measure samples, or to draw those at some places among the samples of a shard. */
export const describeJobSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('measure'), samples: shardJobSchema }),
  z.object({ kind: z.literal('draw'), samples: shardJobSchema }),
]);
export type DescribeJob = z.infer<typeof describeJobSchema>;

export const describeResultSchema = z.object({
  measures: z.array(imageMeasureSchema),
  broken: z.array(z.object({ path: z.string(), reason: z.string() })),
  /** Small pictures for the report: uint8 `[drawnSide, drawnSide, 3]`, base64. */
  drawn: z.array(z.object({ path: z.string(), pixels: z.string() })),
});
export type DescribeResult = z.infer<typeof describeResultSchema>;
