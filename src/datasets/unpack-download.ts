import path from 'node:path';
import { extractArchive, type ExtractOptions } from './archive/extract-archive.ts';
import type { Download } from './source.ts';

/**
 * The folder with a download's files: an archive is unpacked below `workFolder` (safely, whole or not at all), a folder is
 * taken as it is. `owned` says whether its files may be moved away.
 */
export async function unpackDownload(
  download: Download,
  workFolder: string,
  options: Pick<ExtractOptions, 'limits' | 'signal' | 'progress'>,
): Promise<{ folder: string; owned: boolean }> {
  if (download.kind === 'folder') return { folder: download.path, owned: download.owned };
  const into = path.join(workFolder, 'unpacked');
  await extractArchive({ ...options, archive: download.path, into });
  return { folder: into, owned: true };
}
