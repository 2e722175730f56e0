import { expect, test } from '@jest/globals';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { buildModel } from '../../../../src/training/build-model.ts';
import { createCpuEngine } from '../../../../src/training/engines/cpu-engine.ts';
import {
  findNativeTensorFlow,
  NATIVE_BACKEND,
  restoreIsNullOrUndefined,
} from '../../../../src/training/engines/native-tensorflow.ts';
import { createTensorFlowEngine } from '../../../../src/training/engines/tensorflow-engine.ts';
import type { TrainingEngine } from '../../../../src/training/engines/training-engine.ts';
import { loadTensorFlow } from '../../../../src/training/tensorflow.ts';
import { BAR_CLASSES, BAR_IMAGE, barImages } from '../tiny-problem.ts';

const tf = await loadTensorFlow();
const module = { version: { 'tfjs-node': '4.22.0' } };

/** What the native package does when it is loaded, with operations in JavaScript instead of C++. */
function registerStandIn(): unknown {
  tf.core.registerBackend(NATIVE_BACKEND, () => new MathBackendCPU());
  tf.core.copyRegisteredKernels('cpu', NATIVE_BACKEND);
  return module;
}

test('says why it is missing: not installed, or what loading it came to', async () => {
  const reasonOf = async (code: string, message: string): Promise<string> => {
    const found = await findNativeTensorFlow(tf, () => Promise.reject(Object.assign(new Error(message), { code })));
    return found.kind === 'missing' ? found.reason : '';
  };
  const from = 'imported from /home/me/node_modules/mlflow-ts/dist/src/training/engines/native-tensorflow.js';
  expect(await reasonOf('ERR_MODULE_NOT_FOUND', `Cannot find package '@tensorflow/tfjs-node' ${from}`)).toBe(
    '@tensorflow/tfjs-node is not installed',
  );
  expect(await reasonOf('MODULE_NOT_FOUND', "Cannot find module 'node-pre-gyp'\nRequire stack:\n- /a.js")).toBe(
    "@tensorflow/tfjs-node cannot be loaded here (Cannot find module 'node-pre-gyp')",
  );
  expect(await reasonOf('ERR_DLOPEN_FAILED', 'libtensorflow.so.2: no such file')).toBe(
    '@tensorflow/tfjs-node cannot be loaded here (libtensorflow.so.2: no such file)',
  );
});

test('is missing when it brought another TensorFlow.js than ours', async () => {
  const found = await findNativeTensorFlow(tf, () => Promise.resolve(module));
  expect(found).toMatchObject({ kind: 'missing', reason: expect.stringContaining('brings another tfjs-core') });
});

test('gives Node back the function that the native package calls, and leaves one that is there', () => {
  const util: { isNullOrUndefined?: (value: unknown) => boolean } = {};
  restoreIsNullOrUndefined(util);
  expect([undefined, null, 0, ''].map((value) => util.isNullOrUndefined!(value))).toEqual([true, true, false, false]);
  const own = { isNullOrUndefined: () => 'own' };
  restoreIsNullOrUndefined(own);
  expect(own.isNullOrUndefined()).toBe('own');
});

test('trains on the backend that was registered, as the cpu engine does on its own', async () => {
  const native = await findNativeTensorFlow(tf, () => Promise.resolve(registerStandIn()));
  expect(native).toEqual({ kind: 'available', version: 'tfjs-node 4.22.0' });
  const engine = createTensorFlowEngine(tf, native);
  expect([engine.name, engine.version]).toEqual(['tensorflow', 'tfjs-node 4.22.0']);

  const trained = async (by: TrainingEngine, backend: string): Promise<Float32Array[]> => {
    const parameters = { filters: 2, blocks: 1, units: 8, dropout: 0.2 };
    const model = buildModel(tf, { name: 'cnn', parameters }, BAR_IMAGE, BAR_CLASSES, 1);
    const trainer = await by.createTrainer(model, { seed: 2, threads: 1, labelSmoothing: 0 });
    await trainer.step(barImages(6), 0.01);
    await tf.core.setBackend('cpu');
    await trainer.restore(await trainer.readState());
    await trainer.step(barImages(3, 2), 0.01);
    expect(tf.core.getBackend()).toBe(backend);
    const weights = await trainer.readWeights();
    await trainer.dispose();
    return weights;
  };
  expect(await trained(engine, NATIVE_BACKEND)).toEqual(await trained(createCpuEngine(tf), 'cpu'));
});
