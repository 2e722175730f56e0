import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorFlow } from '../tensorflow.ts';
import { modelHead } from '../head.ts';
import { trainingOverrides, type Override } from './cpu-layers.ts';

/**
 * The model's logits `[batch, classes]` in training mode. TensorFlow.js draws dropout masks from a generator that cannot
 * be seeded per step and offers only the head's output, so some layers' `call` and the last activation are
 * replaced for the duration of this call.
 */
export function applyForTraining(
  tf: TensorFlow,
  model: LayersModel,
  images: Tensor,
  masks: { readonly seed: number; readonly step: number },
): Tensor2D {
  return withOverrides(
    [...trainingOverrides(tf, model, masks), ...withoutHead(tf, model)],
    () => model.apply(images, { training: true }) as Tensor2D,
  );
}

function withoutHead({ layers }: TensorFlow, model: LayersModel): Override[] {
  const { kind, layer } = modelHead(model);
  switch (kind) {
    case 'none':
      return [];
    case 'layer': {
      const call = (inputs: Tensor | Tensor[]) => (Array.isArray(inputs) ? inputs[0] : inputs);
      return [{ target: layer, key: 'call', value: call }];
    }
    case 'activation': {
      const linear: unknown = Reflect.get(layers.layers.activation({ activation: 'linear' }), 'activation');
      return [{ target: layer, key: 'activation', value: linear }];
    }
  }
}

function withOverrides<Result>(overrides: readonly Override[], body: () => Result): Result {
  const before = overrides.map(({ target, key }) => Object.getOwnPropertyDescriptor(target, key));
  for (const { target, key, value } of overrides) Reflect.set(target, key, value);
  try {
    return body();
  } finally {
    overrides.forEach(({ target, key }, index) => {
      const descriptor = before[index];
      if (descriptor === undefined) Reflect.deleteProperty(target, key);
      else Object.defineProperty(target, key, descriptor);
    });
  }
}
