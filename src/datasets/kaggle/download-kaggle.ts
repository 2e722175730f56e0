import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { NotFoundError } from '../../core/errors.ts';
import { downloadFile } from '../../storage/download-file.ts';
import { assertFreeSpace } from '../../storage/free-space.ts';
import { sizeOf } from '../../storage/size-of.ts';
import { send } from '../http/send.ts';
import type { Download, DownloadContext } from '../source.ts';
import { checkReady } from './check-ready.ts';
import type { KaggleClient } from './client.ts';
import { fieldsOf } from './describe-dataset.ts';
import { handleText, pageOf, type KaggleHandle } from './handle.ts';
import { linkOrMove } from './link-or-move.ts';
import { withNearestFile } from './nearest-file.ts';
import { takeSingleFile } from './single-file.ts';

type Context = DownloadContext & { readonly clock: Clock };

/**
 * Downloads a version's archive, or a file of it, into a folder. What has come is kept, whole or in part, and the next try goes on
 * with it; the MD5 that the storage promises is verified.
 * @throws NotFoundError for a file that there is not, with the one that was probably meant; EnvironmentError also when the disk has
 * no room for the archive; what `downloadFile` and the client throw.
 */
export async function downloadKaggle(
  client: KaggleClient,
  handle: KaggleHandle,
  into: string,
  context: Context,
): Promise<Download> {
  const kept = path.join(context.keptFolder, 'archive');
  if (((await sizeOf(kept)) ?? 0) > 0) {
    context.log.info(`What ${handleText(handle)} is has come already and is not downloaded again.`);
  } else await fetchInto(kept, client, handle, context);
  if (handle.file !== undefined) return takeSingleFile(kept, handle.file, into, context);
  const archive = path.join(into, 'archive');
  await linkOrMove(kept, archive);
  return { kind: 'archive', path: archive };
}

async function fetchInto(kept: string, client: KaggleClient, handle: KaggleHandle, context: Context): Promise<void> {
  const { keptFolder, metadata, signal, log, progress, clock } = context;
  await checkReady(client, handle, signal);
  await mkdir(keptFolder, { recursive: true });
  const come = (await sizeOf(`${kept}.part`)) ?? 0;
  await assertFreeSpace(keptFolder, Math.max(0, (metadata.bytes ?? 0) * COPIES - come));
  const what = `${handle.file === undefined ? 'dataset' : 'file'} ${handleText(handle)}`;
  const fields = { ...fieldsOf(handle), fileName: handle.file };
  const question = { method: 'DownloadDataset', fields, what, page: pageOf(handle), signal } as const;
  try {
    await downloadFile({
      url: `kaggle:${handleText(handle)}`,
      locate: () => client.locate(question),
      send: (url, options) => send({ verb: 'GET', url }, { ...options, maxRedirects: MAX_REDIRECTS }),
      to: kept,
      ...{ clock, signal, log, progress },
    });
  } catch (error) {
    throw error instanceof NotFoundError ? await withNearestFile(error, client, handle, signal) : error;
  }
}

const MAX_REDIRECTS = 5;

/** The archive and what is unpacked of it: images are hardly smaller in an archive. */
const COPIES = 2;
