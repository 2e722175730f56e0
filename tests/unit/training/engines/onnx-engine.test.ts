import { expect, test } from '@jest/globals';
import { samplesOf } from '../../../../src/core/samples.ts';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import { buildModel } from '../../../../src/training/build-model.ts';
import { createOnnxEngine } from '../../../../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../../../../src/training/engines/onnx-runtime.ts';
import { startSessionHost } from '../../../../src/training/engines/session-host.ts';
import { loadTensorFlow } from '../../../../src/training/tensorflow.ts';

const tf = await loadTensorFlow();
const runtime = await findOnnxRuntime();
const onnxTest = runtime.kind === 'available' ? test : test.skip;

onnxTest('the event loop keeps turning while steps are computed', async () => {
  const image = { height: 32, width: 32, channels: 3 };
  const random = seededRandom('busy');
  const count = 64;
  const images = Uint8Array.from({ length: count * 32 * 32 * 3 }, () => random.integer(256));
  const batch = samplesOf({ images, labels: new Int32Array(count), count, ...image });
  const model = buildModel(tf, { name: 'cnn', parameters: { dropout: 0 } }, image, 4, 1);
  const trainer = await createOnnxEngine(runtime).createTrainer(model, { seed: 1, threads: 1, labelSmoothing: 0 });
  let ticks = 0;
  const ticker = setInterval(() => (ticks += 1), 1);
  let steps = 0;
  for (const started = performance.now(); performance.now() - started < 500; steps += 1)
    await trainer.step(batch, 1e-3);
  clearInterval(ticker);
  await trainer.dispose();
  // A loop that is blocked turns once or twice a step.
  expect(ticks).toBeGreaterThan(4 * steps);
});

onnxTest('what ONNX Runtime says about a broken model reaches the caller, and the worker lives on', async () => {
  const host = startSessionHost('onnxruntime-node');
  const options = { optimization: 'all', threads: 1 } as const;
  await expect(host.create('broken', Uint8Array.of(1, 2, 3), options)).rejects.toThrow('ONNX Runtime failed');
  await expect(host.run('broken', {})).rejects.toThrow("There is no session 'broken'");
  await host.store({ kept: { type: 'float32', shape: [2], data: Float32Array.of(1, 2) } });
  expect((await host.read(['kept'])).kept?.data).toEqual(Float32Array.of(1, 2));
  await host.close();
  await expect(host.read(['kept'])).rejects.toThrow('The ONNX worker thread has ended');
});
