import { availableParallelism } from 'node:os';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { loadSharp } from '../../core/load-sharp.ts';
import { explainFileError } from '../../storage/file-errors.ts';
import type { DownloadContext } from '../source.ts';
import type { SampleSignsOptions } from './sample-options.ts';
import { listSignFiles, listSignFolders } from './sign-files.ts';
import { signWorkerJob, type SignWorkerJob } from './sign-worker-job.ts';

/**
 * Draws all images of the sample below `folder`, in worker threads, with a README that says that they are drawn.
 * @throws EnvironmentError when the machine refuses to write; rejects with the signal's reason when it is aborted.
 */
export async function writeSigns(
  folder: string,
  options: SampleSignsOptions,
  { signal, progress }: Pick<DownloadContext, 'signal' | 'progress'>,
): Promise<void> {
  signal.throwIfAborted();
  try {
    for (const name of listSignFolders()) await mkdir(path.join(folder, name), { recursive: true });
    await writeFile(path.join(folder, 'README.txt'), readme(options));
    await drawInWorkers(folder, options, signal, progress);
  } catch (error) {
    throw explainFileError(error, folder);
  }
}

async function drawInWorkers(
  folder: string,
  options: SampleSignsOptions,
  signal: AbortSignal,
  progress: DownloadContext['progress'],
): Promise<void> {
  // sharp asks for this on glibc: its libraries stay loaded until the last worker thread has ended.
  loadSharp();
  const total = listSignFiles(options).length;
  const workers = Math.max(1, Math.min(MOST_WORKERS, availableParallelism(), Math.floor(total / FEWEST_IMAGES)));
  let done = 0;
  const onImages = (count: number): void => {
    done += count;
    progress({ done, total, unit: 'images' });
  };
  const ends = new AbortController();
  const either = AbortSignal.any([signal, ends.signal]);
  const parts = Array.from({ length: workers }, (_, part) => ({ folder, options, part, parts: workers }));
  const running = parts.map((job) => runWorker(job, either, onImages));
  try {
    await Promise.all(running);
  } catch (error) {
    ends.abort(error);
    await Promise.allSettled(running);
    throw error;
  }
}

const MOST_WORKERS = 4;
/** A worker thread that draws fewer images costs more than it saves. */
const FEWEST_IMAGES = 150;

/** Resolves when the worker has drawn its part; when the signal is aborted the worker has ended before this rejects. */
async function runWorker(job: SignWorkerJob, signal: AbortSignal, onImages: (count: number) => void): Promise<void> {
  const worker = new Worker(new URL('./sign-worker.js', import.meta.url), { workerData: signWorkerJob.parse(job) });
  const stop = (): void => void worker.terminate();
  signal.addEventListener('abort', stop);
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (count: unknown) => onImages(Number(count)));
      worker.on('error', reject);
      worker.on('exit', () => resolve());
    });
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function readme({ seed, perClass }: SampleSignsOptions): string {
  return `SYNTHETIC IMAGES - drawn by a program, not photographs

These pictures of hand signs were drawn by the sample:signs source of mlflow-ts, so that a pipeline can run without a
download. They imitate the folder layout of a sign-language dataset and simplified hand shapes of the American manual
alphabet (J and Z, which are movements, are shown as tilted hands). Do not learn sign language from them, and do not
expect a model trained on them to read real hands.

asl_alphabet_train/  ${perClass} images for each of 26 letters
asl_alphabet_test/   one more image for each letter
seed                 ${seed} (another seed draws other images: sample:signs?seed=8)
`;
}
