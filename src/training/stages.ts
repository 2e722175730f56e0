import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Trainer } from './engines/training-engine.ts';
import { stageOf } from './fine-tuning.ts';
import type { Layer } from './tensorflow.ts';
import type { TrainingSettings } from './training-settings.ts';
import { writeWeights } from './weights.ts';

/** Gives each epoch a trainer of the layers that its stage trains. */
export interface Stages {
  /** Of an epoch that is the last one's or later: with the stage, the weights go over and the optimiser begins anew. */
  trainerOf(epoch: number): Promise<Trainer>;
  /** Copies of the current weights, in the order that `model.weights` has when the stages are over. */
  readWeights(): Promise<Float32Array[]>;
  /** Leaves the model's layers as frozen as they were. */
  close(): Promise<void>;
}

/** Freezing a layer changes the order of the model's weights, which are kept in that of the model as it was given. */
export function startStages(
  model: LayersModel,
  settings: TrainingSettings,
  createTrainer: () => Promise<Trainer>,
): Stages {
  const weights = [...model.weights];
  const body = bodyOf(model).map((layer) => ({ layer, trainable: layer.trainable }));
  let current: { readonly trainer: Trainer; readonly isFrozen: boolean } | undefined;
  const freeze = (isFrozen: boolean): void => {
    for (const { layer, trainable } of body) layer.trainable = trainable && !isFrozen;
  };
  return {
    trainerOf: async (epoch) => {
      const { isFrozen } = stageOf(settings, epoch);
      if (current?.isFrozen === isFrozen) return current.trainer;
      if (current !== undefined) {
        const { trainer } = current;
        await writeWeights(model, await trainer.readWeights());
        current = undefined;
        await trainer.dispose();
      }
      freeze(isFrozen);
      current = { trainer: await createTrainer(), isFrozen };
      return current.trainer;
    },
    readWeights: async () => {
      const values = (await current?.trainer.readWeights()) ?? [];
      const places = new Map(model.weights.map((weight, index) => [weight, index]));
      return weights.map((weight) => values[places.get(weight)!]!);
    },
    close: async () => {
      freeze(false);
      await current?.trainer.dispose();
      current = undefined;
    },
  };
}

/** All layers before the last that has weights: the head. */
function bodyOf(model: LayersModel): Layer[] {
  return model.layers.slice(0, model.layers.indexOf(headOf(model)));
}

/** The last layer that has weights. */
export function headOf({ layers }: LayersModel): Layer {
  return layers.findLast((layer) => layer.weights.length > 0) ?? layers.at(-1)!;
}
