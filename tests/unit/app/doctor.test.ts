import { afterAll, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examine } from '../../../src/app/doctor.ts';
import type { Check } from '../../../src/app/check.ts';
import { findProject } from '../../../src/app/project.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { installedEngines, type Engines } from '../../../src/training/engines/choose-engine.ts';
import { createCpuEngine } from '../../../src/training/engines/cpu-engine.ts';
import { createOnnxEngine } from '../../../src/training/engines/onnx-engine.ts';
import { createTensorFlowEngine } from '../../../src/training/engines/tensorflow-engine.ts';
import type { TrainingEngine } from '../../../src/training/engines/training-engine.ts';
import { loadTensorFlow } from '../../../src/training/tensorflow.ts';
import { openRegistry } from '../../../src/registry/open-registry.ts';

const room = mkdtempSync(join(tmpdir(), 'doctor-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const tf = await loadTensorFlow();
const missing = { kind: 'missing', reason: 'nothing can be loaded here' } as const;
/** To look for the real ones takes a second. */
const without: Engines = {
  onnx: () => Promise.resolve(createOnnxEngine(missing)),
  tensorflow: () => Promise.resolve(createTensorFlowEngine(tf, missing)),
  cpu: () => Promise.resolve(createCpuEngine(tf)),
};

async function look(folder: string, nodeVersion = 'v20.19.0', engines = without): Promise<Record<string, Check>> {
  mkdirSync(join(room, folder), { recursive: true });
  const project = findProject({ cwd: join(room, folder), env: {}, homeOption: join(room, folder, '.mlflow-ts') });
  const checks = await examine({ project, version: '0.1.0', nodeVersion, clock: systemClock, engines });
  return Object.fromEntries(checks.map((check) => [check.name, check]));
}

test('on a machine that has everything nothing is broken, and nothing is made by looking', async () => {
  const checks = await look('fresh', 'v20.19.0', installedEngines());
  expect(checks['engine onnx']?.found).toMatch(/^onnxruntime-(node|web) \d+/);
  expect(checks['engine tensorflow']?.found).toMatch(
    /^tfjs-node \d|^not used: @tensorflow.tfjs-node (is not installed|cannot be loaded here \(.+\))$/,
  );
  expect(Object.values(checks).filter(({ status }) => status === 'broken')).toEqual([]);
  expect(checks.registry?.found).toContain('made by the first run');
  expect(checks['state folder']?.found).toContain('made when needed');
});

test('a registry that is there shows its schema version', async () => {
  mkdirSync(join(room, 'used'));
  const registry = await openRegistry({ path: join(room, 'used', '.mlflow-ts', 'registry.db'), clock: systemClock });
  await registry.close();
  expect((await look('used')).registry).toMatchObject({ status: 'ok', found: expect.stringContaining('schema') });
});

test('a file that is no registry is broken, with what to do', async () => {
  mkdirSync(join(room, 'damaged', '.mlflow-ts'), { recursive: true });
  writeFileSync(
    join(room, 'damaged', '.mlflow-ts', 'registry.db'),
    'this is not a database, only some text'.repeat(50),
  );
  expect((await look('damaged')).registry).toMatchObject({
    status: 'broken',
    remedy: expect.stringContaining('backup'),
  });
});

test('an old Node is broken, a newer one fine', async () => {
  expect((await look('node', 'v18.20.1')).node).toMatchObject({ status: 'broken' });
  expect((await look('node', 'v20.18.9')).node).toMatchObject({ status: 'broken' });
  expect((await look('node', 'v24.0.0')).node).toMatchObject({ status: 'ok' });
});

test('mlflow-ts.yaml is read: its flows are told, and what does not fit is broken', async () => {
  mkdirSync(join(room, 'listed'));
  writeFileSync(join(room, 'listed', 'mlflow-ts.yaml'), 'flows:\n  census: ./flows/census.ts:census\n');
  expect((await look('listed'))['mlflow-ts.yaml']?.found).toContain('(flows: census)');
  writeFileSync(join(room, 'listed', 'mlflow-ts.yaml'), 'flow: {}\n');
  expect((await look('listed'))['mlflow-ts.yaml']).toMatchObject({
    status: 'broken',
    found: expect.stringContaining('Did you mean "flows"?'),
  });
});

test('where no fast engine is, doctor warns how much slower training is', async () => {
  const found = 'nothing can be loaded here: training falls back to the cpu engine, hundreds of times slower';
  expect((await look('slow'))['engine onnx']).toMatchObject({ status: 'warning', found });
  const web = {
    kind: 'available',
    name: 'onnxruntime-web',
    version: 'onnxruntime-web 1.2.3',
    because: 'no binary',
  } as const;
  const onnx = (): Promise<TrainingEngine> => Promise.resolve(createOnnxEngine(web));
  const slower = (await look('web', 'v20.19.0', { ...without, onnx }))['engine onnx'];
  expect(slower).toMatchObject({
    status: 'warning',
    found: expect.stringMatching(/onnxruntime-web 1.2.3.*slower.*no binary/),
  });
});

test('doctor says of TensorFlow, which is optional, what it is for and how to install it', async () => {
  const reason = '@tensorflow/tfjs-node is not installed';
  const tensorflow = (): Promise<TrainingEngine> =>
    Promise.resolve(createTensorFlowEngine(tf, { kind: 'missing', reason }));
  const check = (await look('optional', 'v20.19.0', { ...without, tensorflow }))['engine tensorflow'];
  expect(check).toEqual({
    name: 'engine tensorflow',
    status: 'ok',
    found: `not used: ${reason}`,
    remedy: expect.stringMatching(
      /^optional.* layers that engine onnx does not know.*\nnpm install @tensorflow.tfjs-node$/,
    ),
  });
});
