import { parentPort, workerData } from 'node:worker_threads';
import { augmentBatch } from './augment-batch.ts';
import { augmentationPlan, augmentRequest, type AugmentReply } from './augment-protocol.ts';

/** Entry of the worker thread that varies batches while the engine computes the step before. */
const plan = augmentationPlan.parse(workerData);

parentPort?.on('message', (message: unknown) => {
  const batch = augmentRequest.parse(message);
  augmentBatch(batch, plan);
  parentPort?.postMessage({ pixels: batch.pixels } satisfies AugmentReply, [batch.pixels.buffer as ArrayBuffer]);
});
