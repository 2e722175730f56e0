import { z } from 'zod';
import { closestName } from '../../core/closest-name.ts';
import { DataError, NotFoundError } from '../../core/errors.ts';
import type { KaggleClient } from './client.ts';
import { handleText, pageOf, type KaggleHandle } from './handle.ts';
import { searchPage } from './list-datasets.ts';

const datasetSchema = z.object({
  title: z.string().exactOptional(),
  totalBytes: z.number().nonnegative().exactOptional(),
  licenseName: z.string().exactOptional(),
  currentVersionNumber: z.int().positive().exactOptional(),
  lastUpdated: z.string().min(1).exactOptional(),
});

/** What Kaggle says about a dataset; `upstreamVersion` is the number of the version, else the time of the last change. */
export type KaggleDataset = {
  readonly title: string;
  readonly upstreamVersion: string;
  /** Of the current version. */
  readonly bytes?: number;
  readonly licence?: string;
};

/**
 * Asks about a dataset: one request.
 * @throws NotFoundError, with the name that was probably meant; what the client throws; DataError when the answer tells no version.
 */
export async function describeKaggleDataset(
  client: KaggleClient,
  handle: KaggleHandle,
  signal: AbortSignal,
): Promise<KaggleDataset> {
  const { owner, slug } = handle;
  const current = { owner, slug };
  const what = `dataset ${handleText(current)}`;
  const answer = await client
    .ask({ method: 'GetDataset', fields: fieldsOf(current), what, page: pageOf(current), signal })
    .catch(async (error: unknown) => {
      throw error instanceof NotFoundError ? await withSuggestion(error, client, current, signal) : error;
    });
  const parsed = datasetSchema.safeParse(answer);
  if (parsed.success) return readDataset(parsed.data, handle);
  throw new DataError(`Kaggle's answer for ${what} is not what it was: ${parsed.error.message}`);
}

function readDataset(found: z.infer<typeof datasetSchema>, { owner, slug, version }: KaggleHandle): KaggleDataset {
  const { currentVersionNumber: newest, lastUpdated } = found;
  if (version !== undefined && newest !== undefined && version > newest) {
    throw new NotFoundError(`${owner}/${slug} has no version ${version}: its newest is ${newest}.`);
  }
  const upstreamVersion = version ?? newest ?? lastUpdated;
  if (upstreamVersion === undefined) {
    throw new DataError(
      `Kaggle's answer for dataset ${owner}/${slug} tells no version: neither currentVersionNumber nor lastUpdated is in it.`,
    );
  }
  return { upstreamVersion: String(upstreamVersion), ...readFacts(found, slug) };
}

function readFacts(
  { title = '', totalBytes, licenseName = '' }: z.infer<typeof datasetSchema>,
  slug: string,
): Omit<KaggleDataset, 'upstreamVersion'> {
  return {
    title: title === '' ? slug : title,
    ...(totalBytes === undefined ? {} : { bytes: totalBytes }),
    ...(licenseName === '' ? {} : { licence: licenseName }),
  };
}

/** The fields that name a dataset and, if told, one version of it. */
export function fieldsOf({ owner, slug, version }: KaggleHandle): Record<string, string | number | undefined> {
  return { ownerSlug: owner, datasetSlug: slug, datasetVersionNumber: version };
}

/** Two more questions; when they fail the first answer stands as it is. */
async function withSuggestion(
  error: NotFoundError,
  client: KaggleClient,
  { owner, slug }: KaggleHandle,
  signal: AbortSignal,
): Promise<NotFoundError> {
  const find = (fields: Parameters<typeof searchPage>[1]) =>
    searchPage(client, { ...fields, pageSize: SUGGESTIONS }, signal).then(
      ({ datasets }) => datasets.map(({ ref }) => ref),
      () => [],
    );
  const alike = await find({ search: slug.replaceAll('-', ' ') });
  const wanted = `${owner}/${slug}`;
  // The search does not know misspelled words; of the owner's own datasets the nearest does.
  const closest =
    closestName(wanted, alike) ??
    alike.find((ref) => ref.endsWith(`/${slug}`)) ??
    closestName(wanted, await find({ user: owner }));
  signal.throwIfAborted();
  if (closest === undefined) return error;
  return new NotFoundError(`${error.message} Did you mean "kaggle:${closest}"?`, { details: error.details });
}

const SUGGESTIONS = 100;
