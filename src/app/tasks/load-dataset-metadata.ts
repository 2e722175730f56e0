import { EnvironmentError, NotFoundError } from '../../core/errors.ts';
import { shortId } from '../../core/ids.ts';
import type { DatasetVersion } from '../../datasets/dataset-version.ts';
import type { DatasetMetadata } from '../../datasets/source.ts';
import { task } from '../flow-api.ts';
import { sourceContextOf } from '../services.ts';

/**
 * Asks a source what it offers. When it cannot be reached, the complete local version that came from it stands in, with a
 * warning; with `requireFresh`, or without such a version, that is an error.
 */
export const loadDatasetMetadata = task(
  { name: 'load-dataset-metadata' },
  async (input: { readonly source: string; readonly requireFresh: boolean }, context): Promise<DatasetMetadata> => {
    const { openSource } = await import('../../datasets/sources/open-source.ts');
    const { project, secrets } = context.services;
    const source = await openSource(input.source, sourceContextOf(context.services));
    try {
      const metadata = await source.describe(context.signal);
      // Models, and with them folders, are called by their dataset.
      secrets.assertNotInName(metadata.name, 'dataset');
      if (metadata.synthetic) {
        context.log.warn(`${metadata.name} is synthetic: a program draws its images, nobody photographed them.`);
      }
      return metadata;
    } catch (error) {
      if (input.requireFresh || !isOutOfReach(error)) throw error;
      const { findLocalVersion } = await import('../../datasets/version/check-status.ts');
      const local = await findLocalVersion({ dataDir: project.dataDir, source: secrets.seal.text(source.address) });
      if (local === undefined) throw error;
      context.log.warn(
        `${source.address} cannot be reached; its complete local version ${shortId(local.id)} is used. ` +
          'Set requireFresh to fail instead.',
        { reason: error instanceof Error ? error.message : String(error) },
      );
      return metadataOf(local);
    }
  },
);

/** Refused is not out of reach: who may not have a dataset any more must hear of it. */
function isOutOfReach(error: unknown): boolean {
  return error instanceof NotFoundError || error instanceof EnvironmentError;
}

function metadataOf({
  source,
  name,
  upstreamVersion,
  synthetic,
  licence,
  bytes,
  files,
}: DatasetVersion): DatasetMetadata {
  const title = `${name}, as it was collected last`;
  return {
    source,
    name,
    title,
    upstreamVersion,
    synthetic,
    bytes,
    files,
    ...(licence === undefined ? {} : { licence }),
  };
}
