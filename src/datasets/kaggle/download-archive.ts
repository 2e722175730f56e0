import { link, mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { downloadFile } from '../../storage/download-file.ts';
import { assertFreeSpace } from '../../storage/free-space.ts';
import { sizeOf } from '../../storage/size-of.ts';
import { send } from '../http/send.ts';
import type { DownloadContext } from '../source.ts';
import { checkReady } from './check-ready.ts';
import type { KaggleClient } from './client.ts';
import { fieldsOf } from './describe-dataset.ts';
import { handleText, pageOf, type KaggleHandle } from './handle.ts';

/**
 * Downloads a version's archive into a folder and gives its path. What has come is kept, whole or in part, and the next try goes on
 * with it; the MD5 that the storage promises is verified.
 * @throws EnvironmentError also when the disk has no room for it; what `downloadFile` and the client throw.
 */
export async function downloadKaggleArchive(
  client: KaggleClient,
  handle: KaggleHandle,
  into: string,
  { keptFolder, metadata, signal, log, progress, clock }: DownloadContext & { readonly clock: Clock },
): Promise<string> {
  const kept = path.join(keptFolder, 'archive');
  const archive = path.join(into, 'archive');
  if (((await sizeOf(kept)) ?? 0) > 0) {
    log.info(`The archive of ${handleText(handle)} has come already and is not downloaded again.`);
    await linkOrMove(kept, archive);
    return archive;
  }
  await checkReady(client, handle, signal);
  await mkdir(keptFolder, { recursive: true });
  const come = (await sizeOf(`${kept}.part`)) ?? 0;
  await assertFreeSpace(keptFolder, Math.max(0, (metadata.bytes ?? 0) * COPIES - come));
  const what = `dataset ${handleText(handle)}`;
  const question = { method: 'DownloadDataset', fields: fieldsOf(handle), what, page: pageOf(handle), signal } as const;
  await downloadFile({
    url: `kaggle:${handleText(handle)}`,
    locate: () => client.locate(question),
    send: (url, options) => send({ verb: 'GET', url }, { ...options, maxRedirects: MAX_REDIRECTS }),
    to: kept,
    ...{ clock, signal, log, progress },
  });
  await linkOrMove(kept, archive);
  return archive;
}

/** By a link it stays for others who want it too, until the dataset is extracted. */
async function linkOrMove(kept: string, archive: string): Promise<void> {
  await link(kept, archive).catch(() => rename(kept, archive));
}

const MAX_REDIRECTS = 5;

/** The archive and what is unpacked of it: images are hardly smaller in an archive. */
const COPIES = 2;
