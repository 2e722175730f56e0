import { ParameterError } from '../core/errors.ts';
import type { KaggleClient } from '../datasets/kaggle/client.ts';
import type { FoundDataset } from '../datasets/kaggle/list-datasets.ts';
import type { KaggleFile } from '../datasets/kaggle/list-files.ts';
import { sourceContextOf, type AppServices } from './services.ts';

/** A dataset that can be collected. */
export type DatasetOffer = {
  readonly source: string;
  readonly title: string;
  readonly bytes: number | null;
  readonly licence: string | null;
  readonly lastUpdated: string | null;
  readonly downloads: number | null;
};

/** A file of a dataset that can be collected; `name` may hold folders. */
export type OfferedFile = { readonly name: string; readonly bytes: number | null; readonly createdAt: string | null };

/** A list that was cut at its limit says that there is more. */
export type Listed<Row> = { readonly rows: readonly Row[]; readonly more: boolean };

/** Searches Kaggle for datasets, the best first. Throws what the client throws. */
export async function searchDatasets(
  services: AppServices,
  text: string,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<Listed<DatasetOffer>> {
  const { searchPage } = await import('../datasets/kaggle/list-datasets.ts');
  const client = await openClient(services);
  const listed = await takePages(limit, async (pageToken) => {
    const page = await searchPage(client, { search: text, pageToken, pageSize: Math.min(limit, LARGEST_PAGE) }, signal);
    return { rows: page.datasets, next: page.nextPageToken };
  });
  return { ...listed, rows: listed.rows.map(offerOf) };
}

/**
 * The files of a dataset on Kaggle.
 * @throws ParameterError for another source; what the client throws.
 */
export async function listSourceFiles(
  services: AppServices,
  source: string,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<Listed<OfferedFile>> {
  if (!source.startsWith(SCHEME)) {
    throw new ParameterError(
      `The files of ${source} cannot be listed before it is collected; only those of a dataset on Kaggle, such as kaggle:owner/slug.`,
    );
  }
  const { parseHandle } = await import('../datasets/kaggle/handle.ts');
  const { listFilesPage } = await import('../datasets/kaggle/list-files.ts');
  const handle = parseHandle(source.slice(SCHEME.length));
  const client = await openClient(services);
  const listed = await takePages(limit, async (pageToken) => {
    const page = await listFilesPage(client, handle, { pageToken, pageSize: Math.min(limit, LARGEST_PAGE) }, signal);
    return { rows: page.files, next: page.nextPageToken };
  });
  return { ...listed, rows: listed.rows.map(fileOf) };
}

const SCHEME = 'kaggle:';
const LARGEST_PAGE = 200;

async function openClient(services: AppServices): Promise<KaggleClient> {
  const { openKaggleClient } = await import('../datasets/kaggle/client.ts');
  const { clock, env = {}, version } = sourceContextOf(services);
  return openKaggleClient({ clock, env, ...(version === undefined ? {} : { version }) });
}

/** Page after page until the limit; a page that names itself as the next is the last. */
async function takePages<Row>(
  limit: number,
  fetchPage: (token: string) => Promise<{ readonly rows: readonly Row[]; readonly next: string }>,
): Promise<Listed<Row>> {
  const rows: Row[] = [];
  const seen = new Set<string>();
  for (let token = ''; !seen.has(token);) {
    seen.add(token);
    const page = await fetchPage(token);
    rows.push(...page.rows);
    if (rows.length > limit || page.next === '') break;
    if (rows.length === limit) return { rows, more: true };
    token = page.next;
  }
  return { rows: rows.slice(0, limit), more: rows.length > limit };
}

function offerOf({ ref, title, totalBytes, licenseName, lastUpdated, downloadCount }: FoundDataset): DatasetOffer {
  return {
    source: `${SCHEME}${ref}`,
    title,
    bytes: totalBytes ?? null,
    licence: licenseName ?? null,
    lastUpdated: lastUpdated ?? null,
    downloads: downloadCount ?? null,
  };
}

function fileOf({ name, totalBytes, creationDate }: KaggleFile): OfferedFile {
  return { name, bytes: totalBytes ?? null, createdAt: creationDate ?? null };
}
