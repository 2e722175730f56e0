import { join, resolve } from 'node:path';
import { shortId } from '../core/ids.ts';
import type { ReportProgress } from '../core/logger.ts';
import type { DatasetDescription } from '../datasets/describe/dataset-description.ts';
import { describeDataset } from '../datasets/describe/describe-dataset.ts';
import { findDatasetVersion } from '../registry/dataset-versions.ts';
import { writeFileAtomic } from '../storage/atomic-write.ts';
import { newestSplits } from './cached-splits.ts';
import { datasetReport } from './report/dataset-report.ts';
import type { AppServices } from './services.ts';

export type DescribeDataOptions = {
  /** The report's file, from the working directory; default in the data folder's `reports`. */
  readonly report?: string | undefined;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
};

/** What `data describe` found, and where the report lies. */
export type DescribedData = DatasetDescription & {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly synthetic: boolean;
  /** Whose splits are told; null: those of the source, where it has some. */
  readonly tensorCache: string | null;
  /** Absolute. */
  readonly report: string;
};

/**
 * Looks at all images of a dataset version (an id or its beginning, a dataset's name, `latest`) and writes the report, one HTML
 * file. @throws NotFoundError, UsageError; DataError for damaged files; EnvironmentError when the report cannot be written.
 */
export async function describeData(
  services: AppServices,
  wanted: string,
  { report, ...options }: DescribeDataOptions,
): Promise<DescribedData> {
  const { dataDir } = services.project;
  const version = await findDatasetVersion(services.registry.db, wanted);
  const cached = await newestSplits(services, version);
  const described = await describeDataset({
    ...options,
    versionFolder: join(dataDir, version.path),
    ...(cached === undefined ? {} : { splitOf: (path) => cached.splits.get(path) }),
  });
  const { id, name, source, synthetic } = version;
  const tensorCache = cached?.tensorCache ?? null;
  const file =
    report === undefined ? join(dataDir, 'reports', `${name}-${shortId(id)}.html`) : resolve(services.cwd, report);
  await writeFileAtomic(file, await datasetReport({ ...version, tensorCache }, described));
  return { id, name, source, synthetic, tensorCache, report: file, ...described.description };
}
