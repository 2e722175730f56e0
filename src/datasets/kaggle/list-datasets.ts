import { z } from 'zod';
import { DataError } from '../../core/errors.ts';
import type { KaggleClient } from './client.ts';

const foundSchema = z.object({
  ref: z.string(),
  title: z.string().default(''),
  totalBytes: z.number().nonnegative().optional(),
  lastUpdated: z.string().optional(),
  downloadCount: z.int().nonnegative().optional(),
  licenseName: z.string().optional(),
});

const pageSchema = z.object({
  datasets: z.array(foundSchema).default([]),
  nextPageToken: z.string().default(''),
});

/** A dataset that a search found; `ref` is `owner/slug`. */
export type FoundDataset = z.infer<typeof foundSchema>;

/** One page of a search, the best first; `pageToken` of the page before. Throws what the client throws. */
export async function searchPage(
  client: KaggleClient,
  fields: {
    readonly search?: string;
    /** Those of an owner. */
    readonly user?: string;
    readonly pageToken?: string;
    readonly pageSize?: number;
  },
  signal: AbortSignal,
): Promise<{ readonly datasets: readonly FoundDataset[]; readonly nextPageToken: string }> {
  const about = fields.search === undefined ? `of ${fields.user ?? 'anybody'}` : `about "${fields.search}"`;
  const question = { what: `datasets ${about}`, page: 'https://www.kaggle.com/datasets', signal };
  const answer = await client.ask({ method: 'ListDatasets', fields, ...question });
  const parsed = pageSchema.safeParse(answer);
  if (!parsed.success)
    throw new DataError(`Kaggle's list of ${question.what} cannot be read.`, { cause: parsed.error });
  return parsed.data;
}
