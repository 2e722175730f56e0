import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Rows, Samples } from '../../core/samples.ts';
import type { TensorFlow } from '../tensorflow.ts';
import { copyWeights, writeWeights } from '../weights.ts';
import { ADAM } from '../adam.ts';
import { applyForTraining } from './cpu-forward.ts';
import { classifierRefusal, classifierShape, requireClassifier } from '../classifier.ts';
import { optimizerSlots } from './cpu-optimizer-slots.ts';
import { requireFittingState } from './trainer-state.ts';
import type { StateTensor, StepResult, Trainer, TrainerOptions, TrainingEngine } from './training-engine.ts';

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
    refusal: (model) => Promise.resolve(classifierRefusal(model)),
    createTrainer: (model, options) => {
      requireClassifier(model);
      return Promise.resolve(createTfjsTrainer(tf, backend, model, options));
    },
  };
}

function createTfjsTrainer(tf: TensorFlow, backend: string, model: LayersModel, options: TrainerOptions): Trainer {
  const { core } = tf;
  const optimizer = core.train.adam(0, ADAM.beta1, ADAM.beta2, ADAM.epsilon);
  const variables = model.trainableWeights.map((weight) => weight.read()).filter((tensor) => isVariable(tf, tensor));
  const slots = optimizerSlots(tf, optimizer, variables);
  let steps = 0;

  const lossOf = (batch: Samples, result: { correct: number }): Scalar => {
    const logits = applyForTraining(tf, model, toTensor(tf, model, batch), { seed: options.seed, step: steps });
    const labels = core.tensor1d(batch.labels, 'int32');
    result.correct = core.sum(core.equal(core.argMax(logits, 1), labels)).dataSync()[0] ?? 0;
    const loss = crossEntropy(tf, logits, labels, options.labelSmoothing);
    return model.calculateLosses().reduce<Scalar>((sum, penalty) => core.add(sum, penalty), loss);
  };

  return {
    step: async (batch, learningRate): Promise<StepResult> => {
      // Lets messages and aborts through: the step itself blocks.
      await nextTurn();
      await core.setBackend(backend);
      Reflect.set(optimizer, 'learningRate', learningRate);
      const result = { correct: 0 };
      const loss = core.tidy(() => {
        const cost = optimizer.minimize(() => lossOf(batch, result), true, variables);
        return cost?.dataSync()[0] ?? NaN;
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
    readState: async () => ({ steps, tensors: { ...weightTensors(model), ...(await slots.read()) } }),
    restore: async (state) => {
      const weights = Object.entries(weightTensors(model));
      const expected = weights.map(([name, { shape }]) => ({ name, shape }));
      requireFittingState(state, [...expected, ...slots.expected()]);
      await writeWeights(
        model,
        weights.map(([name]) => state.tensors[name]!.data),
      );
      await slots.write(state);
      steps = state.steps;
    },
    dispose: () => {
      optimizer.dispose();
      return Promise.resolve();
    },
  };
}

/** The model's weights under names that no two of them share. */
function weightTensors(model: LayersModel): Record<string, StateTensor> {
  const data = copyWeights(model);
  return Object.fromEntries(
    model.weights.map(({ originalName, shape }, index) => [
      `${index}:${originalName}`,
      { shape: shape.map((size) => size ?? 0), data: data[index]! },
    ]),
  );
}

function isVariable({ core }: TensorFlow, tensor: Tensor): tensor is Variable {
  return tensor instanceof core.Variable;
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

function crossEntropy({ core }: TensorFlow, logits: Tensor2D, labels: Tensor, smoothing: number): Scalar {
  const classes = logits.shape[1];
  const elsewhere = smoothing / classes;
  const targets = core.oneHot(labels, classes, 1 - smoothing + elsewhere, elsewhere, 'float32');
  const perImage = core.sum(core.mul(targets, core.logSoftmax(logits)), 1);
  return core.neg(core.mean(perImage));
}
