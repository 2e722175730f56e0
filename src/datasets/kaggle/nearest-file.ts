import path from 'node:path';
import { closestName } from '../../core/closest-name.ts';
import { NotFoundError } from '../../core/errors.ts';
import type { KaggleClient } from './client.ts';
import { handleText, type KaggleHandle } from './handle.ts';
import { listFilesPage } from './list-files.ts';

/**
 * The error for a file that a dataset does not have, with the one that was probably meant; the first error as it stands when it was
 * not about a file, the file is listed, or the list does not come.
 */
export async function withNearestFile(
  error: NotFoundError,
  client: KaggleClient,
  { file, ...handle }: KaggleHandle,
  signal: AbortSignal,
): Promise<NotFoundError> {
  if (file === undefined) return error;
  const names = await listNames(client, handle, signal).catch(() => undefined);
  signal.throwIfAborted();
  if (names === undefined || names.includes(file)) return error;
  const nearest = names.find((name) => path.posix.basename(name) === path.posix.basename(file));
  const closest = nearest ?? closestName(file, names);
  const source = `kaggle:${handleText(handle)}`;
  const hint = closest === undefined ? `See them: mlflow-ts data files ${source}` : `Did you mean "${closest}"?`;
  return new NotFoundError(`${source} has no file "${file}". ${hint}`, { cause: error, details: error.details });
}

/** The first of them: datasets of images have hundreds of pages. */
async function listNames(client: KaggleClient, handle: KaggleHandle, signal: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  let pageToken = '';
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { files, nextPageToken } = await listFilesPage(client, handle, { pageToken, pageSize: PAGE_SIZE }, signal);
    names.push(...files.map(({ name }) => name));
    if (nextPageToken === '') break;
    pageToken = nextPageToken;
  }
  return names;
}

const MOST_PAGES = 5;
const PAGE_SIZE = 200;
