import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { TrainingError } from '../../core/errors.ts';
import type { Examples, Rows } from '../../core/samples.ts';
import type { TensorFlow } from '../tensorflow.ts';
import { copyWeights } from '../weights.ts';
import { classifierShape, requireTrainable, shapeRefusal } from '../classifier.ts';
import { modelHead } from '../head.ts';
import { weightRole } from '../initial-weights.ts';
import { lossOf } from '../losses/loss.ts';
import { findOptimizerRule } from '../optimizers/catalogue.ts';
import { optimizerOf } from '../optimizers/optimizer.ts';
import { applyForTraining } from './cpu-forward.ts';
import { dilationRefusal } from './cpu-layers.ts';
import { countCorrect, tfjsLoss } from './tfjs-loss.ts';
import { createTfjsOptimizer, type NamedVariable } from './tfjs-optimizer.ts';
import { tfjsState, weightName } from './tfjs-state.ts';
import type { StepResult, Trainer, TrainerOptions, TrainingEngine } from './training-engine.ts';

/**
 * TensorFlow.js on one core: automatic differentiation of whatever layers the model has. The reference that other
 * engines are tested against, and the fallback for models they do not know, far slower than they are. A step
 * blocks the event loop of its thread.
 */
export function createCpuEngine(tf: TensorFlow): TrainingEngine {
  return createTfjsEngine(tf, { name: 'cpu', version: `tfjs ${tf.core.version_core}`, backend: 'cpu' });
}

/** Against the onnx engine on native code. */
export const CPU_HANDICAP = 'hundreds of times slower';

/** The same on any backend that is registered with TensorFlow.js. */
export function createTfjsEngine(
  tf: TensorFlow,
  { name, version, backend }: { readonly backend: string } & Pick<TrainingEngine, 'name' | 'version'>,
): TrainingEngine {
  return {
    name,
    version,
    refusal: (model) => Promise.resolve(shapeRefusal(model) ?? dilationRefusal(model)),
    createTrainer: (model, options) => {
      requireTrainable(model, lossOf(options).name);
      requireUndilated(model);
      return Promise.resolve(createTfjsTrainer(tf, backend, model, options));
    },
  };
}

function requireUndilated(model: LayersModel): void {
  const refusal = dilationRefusal(model);
  if (refusal !== undefined) throw new TrainingError(`TensorFlow.js cannot train this model: ${refusal}`);
}

function createTfjsTrainer(tf: TensorFlow, backend: string, model: LayersModel, options: TrainerOptions): Trainer {
  const { core } = tf;
  const moved = movedVariables(tf, model);
  const variables = moved.map(({ variable }) => variable);
  const optimizer = createTfjsOptimizer(tf, findOptimizerRule(optimizerOf(options)), moved, options);
  const kept = tfjsState(tf, model, optimizer.slots);
  let steps = 0;

  const lossOfBatch = (batch: Examples, result: { correct: number }): Scalar => {
    const logits = applyForTraining(tf, model, toTensor(tf, model, batch), { seed: options.seed, step: steps });
    const { classWeights } = options;
    const head = modelHead(model).activation;
    result.correct = countCorrect(tf, logits, batch.labels, head);
    const loss = tfjsLoss(tf, logits, batch, {
      loss: lossOf(options),
      head: modelHead(model).activation,
      classWeights,
    });
    return [...model.calculateLosses(), ...kernelPenalties(tf, moved, options)].reduce<Scalar>(
      (sum, penalty) => core.add(sum, penalty),
      loss,
    );
  };

  return {
    step: async (batch, learningRate): Promise<StepResult> => {
      // Lets messages and aborts through: the step itself blocks.
      await nextTurn();
      await core.setBackend(backend);
      const result = { correct: 0 };
      const loss = core.tidy(() => {
        const { value, grads } = core.variableGrads(() => lossOfBatch(batch, result), variables);
        optimizer.apply(grads, learningRate, steps + 1);
        return value.dataSync()[0] ?? NaN;
      });
      steps += 1;
      return { loss, correct: result.correct };
    },
    predict: async (inputs, count) => {
      await nextTurn();
      await core.setBackend(backend);
      return predictOnCpu(tf, model, inputs, count);
    },
    readWeights: () => Promise.resolve(copyWeights(model)),
    readState: () => Promise.resolve({ steps, tensors: kept.read() }),
    restore: async (state) => {
      await kept.write(state);
      steps = state.steps;
    },
    dispose: () => {
      optimizer.dispose();
      return Promise.resolve();
    },
  };
}

/** The model's trainable variables, named by their places among its weights. */
function movedVariables({ core }: TensorFlow, model: LayersModel): NamedVariable[] {
  const trainable = new Set(model.trainableWeights);
  return model.weights.flatMap((weight, index) => {
    const variable: Tensor = weight.read();
    if (!trainable.has(weight) || !(variable instanceof core.Variable)) return [];
    return [{ name: weightName(weight, index), variable }];
  });
}

/** What the kernels add to the loss by the settings; the layers' own regularizers come beside it. */
function kernelPenalties(
  { core }: TensorFlow,
  moved: readonly NamedVariable[],
  { l1 = 0, l2 = 0 }: TrainerOptions,
): Scalar[] {
  const kernels = moved.filter(({ name }) => weightRole(name).endsWith('kernel'));
  return kernels.flatMap(({ variable }) => [
    // Not abs: at zero TensorFlow.js gives it the gradient -1.
    ...(l1 === 0 ? [] : [core.mul<Scalar>(l1, core.sum(core.mul(variable, core.sign(variable))))]),
    ...(l2 === 0 ? [] : [core.mul<Scalar>(l2, core.sum(core.square(variable)))]),
  ]);
}

/** Probabilities `[count, classes]` of that many rows, computed by TensorFlow.js. */
export function predictOnCpu(tf: TensorFlow, model: LayersModel, inputs: Rows['inputs'], count: number): Float32Array {
  return tf.core.tidy(() => {
    const output = model.apply(toTensor(tf, model, { inputs, count }), { training: false }) as Tensor2D;
    return Float32Array.from(output.dataSync());
  });
}

function toTensor(
  tf: TensorFlow,
  model: LayersModel,
  { inputs, count }: { inputs: Rows['inputs']; count: number },
): Tensor {
  return tf.core.tensor(Float32Array.from(inputs), [count, ...classifierShape(model).input]);
}
