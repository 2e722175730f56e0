import { DataError, EnvironmentError, MlflowTsError, NotFoundError } from '../../core/errors.ts';
import type { KaggleClient } from './client.ts';
import { fieldsOf } from './describe-dataset.ts';
import { handleText, pageOf, type KaggleHandle } from './handle.ts';

/**
 * Makes sure that Kaggle has finished with the dataset's newest version. Whom it does not tell the status may still download.
 * @throws EnvironmentError while it is worked on, DataError when that failed, NotFoundError when it was deleted; the signal's reason.
 */
export async function checkReady(client: KaggleClient, handle: KaggleHandle, signal: AbortSignal): Promise<void> {
  const { owner, slug } = handle;
  const what = `the status of ${handleText({ owner, slug })}`;
  const page = pageOf({ owner, slug });
  const answer = await client
    .ask({ method: 'GetDatasetStatus', fields: fieldsOf({ owner, slug }), what, page, signal })
    .catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof MlflowTsError && !(error instanceof EnvironmentError)) return {};
      throw error;
    });
  const problem = problemWith('status' in answer ? String(answer.status) : '', page);
  if (problem !== undefined) throw problem;
}

function problemWith(status: string, page: string): MlflowTsError | undefined {
  switch (status.replaceAll('_', '').toUpperCase()) {
    case 'FAILED':
      return new DataError(`Kaggle could not process the dataset's newest version; see ${page} and ask its owner.`);
    case 'DELETED':
      return new NotFoundError(`The dataset was deleted from Kaggle; see ${page}`);
    case 'NOTYETPERSISTED':
    case 'BLOBSRECEIVED':
    case 'BLOBSDECOMPRESSED':
    case 'BLOBSCOPIEDTOSDS':
    case 'INDIVIDUALBLOBSCOMPRESSED':
    case 'REPROCESSING':
      return new EnvironmentError(
        `Kaggle is still at work on the dataset (${status.toLowerCase()}). Try again in some minutes; see ${page}`,
      );
    default:
      return undefined;
  }
}
