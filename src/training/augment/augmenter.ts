import { Worker } from 'node:worker_threads';
import { TrainingError } from '../../core/errors.ts';
import type { AugmentationPlan } from './augment-batch.ts';
import { augmentationPlan, augmentReply, augmentRequest, type AugmentRequest } from './augment-protocol.ts';

/** Varies batches in a worker thread, in the order they are given. */
export interface Augmenter {
  /** The same images varied; `pixels` are handed over and must not be used again. */
  augment(batch: AugmentRequest): Promise<Uint8Array>;
  close(): Promise<void>;
}

type Waiting = { readonly resolve: (pixels: Uint8Array) => void; readonly reject: (error: Error) => void };

/**
 * Starts the worker thread. It keeps the process alive only while a batch is under way. What is sent is held against the schema
 * here: a thread that loads no schemas is ready in a third of the time.
 */
export function startAugmenter(plan: AugmentationPlan): Augmenter {
  const worker = new Worker(new URL('./augment-worker.js', import.meta.url), {
    name: 'augmentation',
    workerData: augmentationPlan.parse(plan),
  });
  const waiting: Waiting[] = [];
  let ended: TrainingError | undefined;
  worker.unref();

  const next = (): Waiting | undefined => {
    const first = waiting.shift();
    if (waiting.length === 0) worker.unref();
    return first;
  };
  const end = (message: string, cause?: unknown): void => {
    ended ??= new TrainingError(message, { cause });
    while (waiting.length > 0) next()?.reject(ended);
  };
  worker.on('message', (message: unknown) => next()?.resolve(augmentReply.parse(message).pixels));
  worker.on('error', (error) => end(`The augmentation thread failed: ${String(error)}`, error));
  worker.on('exit', () => end('The augmentation thread has ended.'));

  return {
    augment: (batch) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) {
          reject(ended);
          return;
        }
        const message = augmentRequest.parse(batch);
        waiting.push({ resolve, reject });
        worker.ref();
        worker.postMessage(message, [message.pixels.buffer as ArrayBuffer]);
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}
