import { z } from 'zod';
import { DataError } from '../../core/errors.ts';
import type { KaggleClient } from './client.ts';
import { fieldsOf } from './describe-dataset.ts';
import { handleText, pageOf, type KaggleHandle } from './handle.ts';

const fileSchema = z.object({
  name: z.string(),
  totalBytes: z.number().nonnegative().optional(),
  creationDate: z.string().optional(),
});

const pageSchema = z.object({
  datasetFiles: z.array(fileSchema).default([]),
  nextPageToken: z.string().default(''),
});

/** A file of a dataset; its name may hold folders. */
export type KaggleFile = z.infer<typeof fileSchema>;

/** One page of a dataset's files; `pageToken` of the page before. Throws what the client throws. */
export async function listFilesPage(
  client: KaggleClient,
  handle: KaggleHandle,
  paging: { readonly pageToken?: string; readonly pageSize?: number },
  signal: AbortSignal,
): Promise<{ readonly files: readonly KaggleFile[]; readonly nextPageToken: string }> {
  const what = `the files of ${handleText(handle)}`;
  const fields = { ...fieldsOf(handle), ...paging };
  const answer = await client.ask({ method: 'ListDatasetFiles', fields, what, page: pageOf(handle), signal });
  const parsed = pageSchema.safeParse(answer);
  if (!parsed.success) throw new DataError(`Kaggle's list of ${what} cannot be read.`, { cause: parsed.error });
  return { files: parsed.data.datasetFiles, nextPageToken: parsed.data.nextPageToken };
}
