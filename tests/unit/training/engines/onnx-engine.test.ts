import { expect, test } from '@jest/globals';
import { samplesOf } from '../../../../src/core/samples.ts';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import { buildHead, buildModel } from '../../../../src/training/build-model.ts';
import { createCpuEngine } from '../../../../src/training/engines/cpu-engine.ts';
import { openLocalSessionHost } from '../../../../src/training/engines/local-session-host.ts';
import { createOnnxEngine } from '../../../../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../../../../src/training/engines/onnx-runtime.ts';
import { startSessionHost } from '../../../../src/training/engines/session-host.ts';
import type { TrainingEngine } from '../../../../src/training/engines/training-engine.ts';
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

const hosts = [
  ['a thread of its own', () => Promise.resolve(startSessionHost('onnxruntime-node'))],
  ["the caller's thread", () => openLocalSessionHost('onnxruntime-node')],
] as const;

onnxTest.each(hosts)(
  'in %s: what ONNX Runtime says about a broken model reaches the caller, and it goes on until it is closed',
  async (_, open) => {
    const host = await open();
    const options = { optimization: 'all', threads: 1 } as const;
    await expect(host.create('broken', Uint8Array.of(1, 2, 3), options)).rejects.toThrow('ONNX Runtime failed');
    await expect(host.run('broken', {})).rejects.toThrow("There is no session 'broken'");
    const data = Float32Array.of(1, 2);
    await host.store({ kept: { type: 'float32', shape: [2], data } });
    data.fill(7);
    (await host.read(['kept'])).kept?.data.fill(8);
    expect((await host.read(['kept'])).kept?.data).toEqual(Float32Array.of(1, 2));
    await host.close();
    await expect(host.read(['kept'])).rejects.toThrow(/ended|closed/);
  },
);

onnxTest(
  'a head on features learns as by automatic differentiation while the event loop turns between steps',
  async () => {
    const random = seededRandom('features');
    const inputs = Float32Array.from({ length: 20 * 12 }, () => random.normal());
    const labels = Int32Array.from({ length: 20 }, () => random.integer(3));
    const train = async (engine: TrainingEngine) => {
      const model = buildHead(tf, { name: 'linear', parameters: {} }, 12, 3, 1);
      const trainer = await engine.createTrainer(model, { seed: 1, threads: 1, optimizer: 'sgd' });
      let turns = 0;
      const ticker = setInterval(() => (turns += 1), 0);
      const losses: number[] = [];
      for (let step = 0; step < 20; step += 1) {
        losses.push((await trainer.step({ inputs, labels, shape: [12], count: 20 }, 0.1)).loss);
      }
      clearInterval(ticker);
      const outputs = await trainer.predict(inputs, 20);
      await trainer.dispose();
      return { losses, outputs, turns };
    };
    const [actual, expected] = [await train(createOnnxEngine(runtime)), await train(createCpuEngine(tf))];
    for (const key of ['losses', 'outputs'] as const) {
      actual[key].forEach((value, index) => expect(Math.abs(value - expected[key][index]!)).toBeLessThanOrEqual(1e-5));
    }
    expect(actual.losses.at(-1)).toBeLessThan(actual.losses[0]!);
    expect(actual.turns).toBeGreaterThan(0);
  },
);
