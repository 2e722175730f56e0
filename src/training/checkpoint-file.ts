import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, type JsonObject } from '../core/json.ts';
import { writeFileAtomic } from '../storage/atomic-write.ts';
import { encodeSafetensors, readSafetensors, type SafetensorsFile, type TensorBytes } from '../storage/safetensors.ts';
import type { Checkpoint, FitState } from './fit-state.ts';
import type { StateTensor } from './engines/training-engine.ts';
import type { EpochMetrics } from './training-settings.ts';

/**
 * Keeps a training's state in one safetensors file: `trainer/NAME` what the next step needs, `best/INDEX` the weights of the
 * best epoch, all else and a hash of the whole as metadata. `identity` is what must be equal for a training to go on
 * from it. A file that cannot be used is ignored, one that cannot be written is done without; `warn` is told of both.
 */
export function checkpointFile(path: string, identity: JsonObject, warn: (message: string) => void): Checkpoint {
  return {
    read: async () => {
      try {
        return decode(await readSafetensors(path), identity);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        const reason = error instanceof Error ? error.message : String(error);
        warn(`The checkpoint ${path} is ignored and training starts from its first epoch: ${reason}`);
        return undefined;
      }
    },
    write: async (state) => {
      try {
        await writeFileAtomic(path, encodeSafetensors(encode(state, identity)));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        warn(`Training goes on without a checkpoint of epoch ${state.history.length}: ${reason}`);
      }
    },
  };
}

function encode({ history, best, trainer }: FitState, identity: JsonObject): SafetensorsFile {
  const weights = best.weights.map((data, index) => [`best/${index}`, { shape: [data.length], data }] as const);
  const state = Object.entries(trainer.tensors).map(([name, tensor]) => [`trainer/${name}`, tensor] as const);
  const tensors = Object.fromEntries([...state, ...weights].map(([name, tensor]) => [name, bytesOf(tensor)]));
  const metadata = {
    format: FORMAT,
    identity: canonicalJson(identity),
    history: JSON.stringify(history),
    bestEpoch: String(best.epoch),
    steps: String(trainer.steps),
  };
  return { tensors, metadata: { ...metadata, sha256: digest({ tensors, metadata }) } };
}

function decode({ tensors, metadata }: SafetensorsFile, identity: JsonObject): FitState {
  const { sha256, ...rest } = metadata;
  if (sha256 !== digest({ tensors, metadata: rest })) throw new Error('it is damaged, its hash is another.');
  const found = checkpointMetadata.parse(rest);
  if (found.identity !== canonicalJson(identity)) {
    throw new Error(`it is of another training, ${found.identity} and not ${canonicalJson(identity)}.`);
  }
  const named = Object.entries(tensors).map(([name, bytes]) => [name, floatsOf(bytes)] as const);
  const state = named.filter(([name]) => name.startsWith('trainer/'));
  return {
    history: z.array(z.custom<EpochMetrics>(isObject)).parse(JSON.parse(found.history)),
    best: {
      epoch: found.bestEpoch,
      weights: named.filter(([name]) => name.startsWith('best/')).map(([, { data }]) => data),
    },
    trainer: {
      steps: found.steps,
      tensors: Object.fromEntries(state.map(([name, tensor]) => [name.slice('trainer/'.length), tensor])),
    },
  };
}

const FORMAT = 'mlflow-ts checkpoint 1';

const checkpointMetadata = z.object({
  format: z.literal(FORMAT),
  identity: z.string(),
  history: z.string(),
  bestEpoch: z.coerce.number().int().min(1),
  steps: z.coerce.number().int().min(0),
});

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Of all that a file holds, in its order: the format itself only tells a file that was cut off. */
function digest({ tensors, metadata }: SafetensorsFile): string {
  const hash = createHash('sha256').update(canonicalJson(metadata));
  for (const [name, { shape, data }] of Object.entries(tensors))
    hash.update(`\n${name} ${shape.join()}\n`).update(data);
  return hash.digest('hex');
}

function bytesOf({ shape, data }: StateTensor): TensorBytes {
  return { dtype: 'F32', shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

function floatsOf({ shape, data }: TensorBytes): StateTensor {
  return { shape, data: new Float32Array(Uint8Array.from(data).buffer) };
}
