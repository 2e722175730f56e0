import { classifierRefusal } from '../classifier.ts';
import type { TensorFlow } from '../tensorflow.ts';
import { createTfjsEngine } from './cpu-engine.ts';
import { NATIVE_BACKEND, type NativeTensorFlow } from './native-tensorflow.ts';
import type { TrainingEngine } from './training-engine.ts';

/** TensorFlow's native library under TensorFlow.js: the trainer of the cpu engine, its operations computed in C++. */
export function createTensorFlowEngine(tf: TensorFlow, native: NativeTensorFlow): TrainingEngine {
  const version = native.kind === 'available' ? native.version : 'none';
  return {
    ...createTfjsEngine(tf, { name: 'tensorflow', version, backend: NATIVE_BACKEND }),
    ...(native.kind === 'missing' ? { absence: native.reason } : {}),
    refusal: (model) => Promise.resolve(native.kind === 'missing' ? native.reason : classifierRefusal(model)),
  };
}
