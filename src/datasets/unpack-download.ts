import { rm } from 'node:fs/promises';
import path from 'node:path';
import { extractArchive, type ExtractOptions } from './archive/extract-archive.ts';
import type { ExtractedFile } from './archive/extracted-file.ts';
import type { Annotations } from './boxes/annotated-image.ts';
import type { Download } from './source.ts';

export type UnpackedDownload = {
  readonly folder: string;
  /** Whether the folder is temporary. */
  readonly owned: boolean;
  /** What an archive's files hash to, where it was unpacked: they need not be read again for that. */
  readonly contents?: readonly ExtractedFile[];
  readonly annotations?: Annotations;
};

/**
 * The folder with a download's files: an archive is unpacked below `workFolder` (safely, whole or not at all), a folder is
 * taken as it is. What an interrupted attempt unpacked is removed first.
 */
export async function unpackDownload(
  download: Download,
  workFolder: string,
  options: Pick<ExtractOptions, 'limits' | 'signal' | 'progress'>,
): Promise<UnpackedDownload> {
  const known = download.annotations === undefined ? {} : { annotations: download.annotations };
  if (download.kind === 'folder') return { folder: download.path, owned: download.owned, ...known };
  const into = path.join(workFolder, 'unpacked');
  await rm(into, { recursive: true, force: true });
  const contents = await extractArchive({ ...options, archive: download.path, into });
  return { folder: into, owned: true, contents, ...known };
}
