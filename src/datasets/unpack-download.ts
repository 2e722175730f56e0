import { rm } from 'node:fs/promises';
import path from 'node:path';
import { extractArchive, type ExtractOptions } from './archive/extract-archive.ts';
import type { Download } from './source.ts';

/**
 * The folder with a download's files: an archive is unpacked below `workFolder` (safely, whole or not at all), a folder is
 * taken as it is. `owned` says whether the folder is temporary. What an interrupted attempt unpacked is removed first.
 */
export async function unpackDownload(
  download: Download,
  workFolder: string,
  options: Pick<ExtractOptions, 'limits' | 'signal' | 'progress'>,
): Promise<{ folder: string; owned: boolean }> {
  if (download.kind === 'folder') return { folder: download.path, owned: download.owned };
  const into = path.join(workFolder, 'unpacked');
  await rm(into, { recursive: true, force: true });
  await extractArchive({ ...options, archive: download.path, into });
  return { folder: into, owned: true };
}
