import { parentPort, workerData } from 'node:worker_threads';
import { DataError } from '../../../core/errors.ts';
import type { FromUnpackWorker, UnpackWorkerData } from './unpack-messages.ts';
import { unpackFiles } from './unpack-files.ts';
import type { ZipFile } from './zip-file.ts';

const { archive, folder } = workerData as UnpackWorkerData;

parentPort?.on('message', (batch: readonly ZipFile[]) => {
  void unpackFiles(archive, batch, folder)
    .then((files): FromUnpackWorker => ({ kind: 'unpacked', files }), tellError)
    .then((answer) => parentPort?.postMessage(answer));
});

/** Errors lose their kind on the way to another thread. One that nobody expects ends this one, and is shown with its stack. */
function tellError(error: unknown): FromUnpackWorker {
  if (error instanceof DataError) {
    const { entry } = error.details;
    return { kind: 'refused', message: error.message, entry: typeof entry === 'string' ? entry : '' };
  }
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) throw error;
  return { kind: 'failed', message: error.message, code: String(error.code), syscall: String(error.syscall) };
}
