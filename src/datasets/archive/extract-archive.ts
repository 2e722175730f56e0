import { mkdir, open, rename } from 'node:fs/promises';
import type { ReportProgress } from '../../core/logger.ts';
import { discard, temporarySibling } from '../../storage/atomic-write.ts';
import { explainFileError } from '../../storage/file-errors.ts';
import { detectFormat, type ArchiveFormat } from './archive-format.ts';
import { DEFAULT_EXTRACT_LIMITS, type ExtractLimits } from './entry-rules.ts';
import type { ExtractedFile } from './extracted-file.ts';
import type { Extraction } from './extraction.ts';
import { extractTar } from './tar/extract-tar.ts';
import { extractZip } from './zip/extract-zip.ts';

export type ExtractOptions = {
  readonly archive: string;
  /** The folder that appears, whole, when everything is unpacked; it must not exist yet. */
  readonly into: string;
  readonly limits?: Partial<ExtractLimits>;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
};

/**
 * Unpacks a zip, tar or tar.gz archive, told by its content, into a temporary folder beside `into` and renames it when complete;
 * the answer says what was written, with the hash of each file. Throws DataError naming the entry for anything unsafe or
 * damaged, and EnvironmentError when the disk is full; either way nothing is left.
 */
export async function extractArchive(options: ExtractOptions): Promise<readonly ExtractedFile[]> {
  const { archive, into, signal, progress } = options;
  const limits = { ...DEFAULT_EXTRACT_LIMITS, ...options.limits };
  const temporary = temporarySibling(into);
  const file = await open(archive);
  try {
    const extract = EXTRACTORS[await detectFormat(file, archive)];
    await mkdir(temporary, { recursive: true });
    const files = await extract({ file, archive, folder: temporary, limits, signal, progress });
    await rename(temporary, into);
    return files;
  } catch (error) {
    await discard(temporary);
    throw explainFileError(error, into);
  } finally {
    await file.close();
  }
}

const EXTRACTORS: Readonly<Record<ArchiveFormat, (extraction: Extraction) => Promise<ExtractedFile[]>>> = {
  zip: extractZip,
  tar: (extraction) => extractTar(extraction, 'plain'),
  gzip: (extraction) => extractTar(extraction, 'gzip'),
};
