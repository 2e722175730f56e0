import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { CrashedError, DataError } from '../../../core/errors.ts';
import type { ExtractedFile } from '../extracted-file.ts';
import { fromUnpackWorker, type UnpackWorkerData } from './unpack-messages.ts';
import { unpackFiles } from './unpack-files.ts';
import type { ZipFile } from './zip-file.ts';

export type Unpackers = {
  /** How many batches may be unpacked at once. */
  readonly lanes: number;
  /** Rejects with DataError, with what the operating system reports, or with the signal's reason. */
  readonly unpack: (batch: readonly ZipFile[]) => Promise<ExtractedFile[]>;
  /** Resolves when nothing of it runs any more. */
  readonly close: () => Promise<void>;
};

/** Starts as many worker threads as the batches are worth; what is small is unpacked in this thread, batch by batch. */
export function startUnpackers(
  batches: readonly (readonly ZipFile[])[],
  { archive, folder, signal }: UnpackWorkerData & { readonly signal: AbortSignal },
): Unpackers {
  if (batches.length < FEWEST_BATCHES) {
    const unpack: Unpackers['unpack'] = async (batch) => {
      await turn();
      return unpackFiles(archive, batch, folder);
    };
    return { lanes: 1, unpack, close: () => Promise.resolve() };
  }
  const lanes = Math.min(MOST_WORKERS, availableParallelism(), batches.length);
  const all = Array.from({ length: lanes }, () => startWorker({ archive, folder }));
  const free = [...all];
  return {
    lanes,
    unpack: async (batch) => {
      const worker = free.pop()!;
      const files = await ask(worker, batch, signal);
      // One that failed may be dead: it is not asked again.
      free.push(worker);
      return files;
    },
    close: async () => {
      await Promise.all(all.map((worker) => worker.terminate()));
    },
  };
}

const MOST_WORKERS = 4;
/** A thread takes as long to start as some such batches to unpack. */
const FEWEST_BATCHES = 6;

function startWorker(data: UnpackWorkerData): Worker {
  const worker = new Worker(new URL('./unpack-worker.js', import.meta.url), { workerData: data });
  // Who waits for its answer hears of its death; without a listener that would end this process.
  worker.on('error', () => undefined);
  return worker;
}

async function ask(worker: Worker, batch: readonly ZipFile[], signal: AbortSignal): Promise<ExtractedFile[]> {
  const settled = new AbortController();
  worker.postMessage(batch);
  try {
    const [message] = (await Promise.race([
      once(worker, 'message', { signal: AbortSignal.any([signal, settled.signal]) }),
      once(worker, 'exit', { signal: settled.signal }).then(() => {
        throw new CrashedError('A thread that unpacked files ended before it was done. Try again.');
      }),
    ])) as [unknown];
    const answer = fromUnpackWorker.parse(message);
    if (answer.kind === 'unpacked') return answer.files;
    if (answer.kind === 'refused') throw new DataError(answer.message, { details: { entry: answer.entry } });
    throw Object.assign(new Error(answer.message), { code: answer.code, syscall: answer.syscall });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    settled.abort();
  }
}
