import { parentPort, workerData } from 'node:worker_threads';
import { augmentBatch, type AugmentationPlan } from './augment-batch.ts';
import type { AugmentReply, AugmentRequest } from './augment-protocol.ts';

/** Entry of the worker thread that varies batches while the engine computes the step before. The augmenter has held what arrives against its schema. */
const plan = workerData as AugmentationPlan;

parentPort?.on('message', (batch: AugmentRequest) => {
  augmentBatch(batch, plan);
  parentPort?.postMessage({ pixels: batch.pixels } satisfies AugmentReply, [batch.pixels.buffer as ArrayBuffer]);
});
