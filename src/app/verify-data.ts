import { join } from 'node:path';
import type { ReportProgress } from '../core/logger.ts';
import { verifyVersion, type VerifiedVersion } from '../datasets/version/verify-version.ts';
import { findDatasetVersion } from '../registry/dataset-versions.ts';
import type { AppServices } from './services.ts';

/** What `data verify` found. */
export type VerifiedData = VerifiedVersion & {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  /** Absolute. */
  readonly path: string;
  /** Every file is there, is what was collected, and there is no other. */
  readonly sound: boolean;
};

/**
 * Reads all files of a dataset version (an id or its beginning, a dataset's name, `latest`) and compares them with what was
 * collected. @throws NotFoundError, UsageError.
 */
export async function verifyData(
  { registry, project }: AppServices,
  wanted: string,
  watch: { readonly signal: AbortSignal; readonly progress: ReportProgress },
): Promise<VerifiedData> {
  const { id, name, source, path } = await findDatasetVersion(registry.db, wanted);
  const folder = join(project.dataDir, path);
  const verified = await verifyVersion(folder, id, watch);
  const sound = verified.manifest === 'whole' && verified.problems.length === 0;
  return { id, name, source, path: folder, sound, ...verified };
}
