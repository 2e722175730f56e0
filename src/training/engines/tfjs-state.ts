import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Layer, TensorFlow } from '../tensorflow.ts';
import { copyWeights, writeWeights } from '../weights.ts';
import { requireFittingState } from './trainer-state.ts';
import type { StateTensor, TrainerState } from './training-engine.ts';

/** The tensors of a training in TensorFlow.js, by name: the model's weights and what the optimiser keeps. */
export function tfjsState({ core }: TensorFlow, model: LayersModel, slots: ReadonlyMap<string, Variable>) {
  const weightNames = model.weights.map(weightName);
  const read = (): Record<string, StateTensor> => {
    const data = copyWeights(model);
    const weights = model.weights.map(({ shape }, index) => {
      const sizes = shape.map((size) => size ?? 0);
      return [weightNames[index]!, { shape: sizes, data: data[index]! }] as const;
    });
    const kept = [...slots].map(
      ([name, slot]) => [name, { shape: slot.shape, data: Float32Array.from(slot.dataSync()) }] as const,
    );
    return Object.fromEntries<StateTensor>([...weights, ...kept]);
  };
  return {
    /** Copies. */
    read,
    /** @throws TrainingError naming what is missing, too much or of another size; nothing is changed then. */
    write: async (state: TrainerState): Promise<void> => {
      requireFittingState(
        state,
        Object.entries(read()).map(([name, { shape }]) => ({ name, shape })),
      );
      await writeWeights(
        model,
        weightNames.map((name) => state.tensors[name]!.data),
      );
      for (const [name, slot] of slots) {
        core.tidy(() => slot.assign(core.tensor(state.tensors[name]!.data, slot.shape)));
      }
    },
  };
}

/** A name that no two weights of a model share. */
export function weightName({ originalName }: Layer['weights'][number], index: number): string {
  return `${index}:${originalName}`;
}
