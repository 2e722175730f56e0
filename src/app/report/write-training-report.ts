import { resolve } from 'node:path';
import { writeFileAtomic } from '../../storage/atomic-write.ts';
import type { AppServices } from '../services.ts';
import { trainingReport } from './training-report.ts';

/**
 * Writes the report of a training run to a file, from the working directory, in the place of what was there.
 * @throws NotFoundError, UsageError; EnvironmentError when the file cannot be written.
 */
export async function writeTrainingReport(
  services: AppServices,
  wanted: string,
  file: string,
): Promise<{ readonly trainingRun: string; readonly path: string; readonly bytes: number }> {
  const page = Buffer.from(await trainingReport(services, wanted));
  const path = resolve(services.cwd, file);
  await writeFileAtomic(path, page);
  return { trainingRun: wanted, path, bytes: page.byteLength };
}
