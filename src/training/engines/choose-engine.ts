import type { LayersModel } from '@tensorflow/tfjs-layers';
import { TrainingError } from '../../core/errors.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import { createCpuEngine } from './cpu-engine.ts';
import { createOnnxEngine } from './onnx-engine.ts';
import { findOnnxRuntime } from './onnx-runtime.ts';
import type { EngineName, TrainingEngine } from './training-engine.ts';

export type EnginePreference = 'auto' | EngineName;
export type ChosenEngine = { readonly engine: TrainingEngine; readonly reason: string };
type Candidates = { readonly onnx: TrainingEngine; readonly cpu: TrainingEngine };

/**
 * The engine for a model: with `auto` the ONNX graph where it runs, else TensorFlow.js; the reason says which and why.
 * @throws TrainingError when the engine asked for cannot train the model.
 */
export async function chooseEngine(
  preference: EnginePreference,
  model: LayersModel,
  candidates?: Candidates,
): Promise<ChosenEngine> {
  const { onnx, cpu } = candidates ?? (await installedEngines());
  if (preference !== 'auto') return insistOn(preference === 'onnx' ? onnx : cpu, model);
  const refusal = await onnx.refusal(model);
  if (refusal === undefined) {
    const slower = onnx.handicap === undefined ? '' : `, ${onnx.handicap}`;
    return { engine: onnx, reason: `the model compiles to an ONNX training graph (${onnx.version}${slower})` };
  }
  const { engine } = await insistOn(cpu, model);
  return { engine, reason: `the cpu engine is used, hundreds of times slower: ${refusal}` };
}

async function installedEngines(): Promise<Candidates> {
  const [tf, runtime] = await Promise.all([loadTensorFlow(), findOnnxRuntime()]);
  return { onnx: createOnnxEngine(runtime), cpu: createCpuEngine(tf) };
}

async function insistOn(engine: TrainingEngine, model: LayersModel): Promise<ChosenEngine> {
  const refusal = await engine.refusal(model);
  if (refusal === undefined) return { engine, reason: `engine ${engine.name} was asked for (${engine.version})` };
  throw new TrainingError(`Engine ${engine.name} cannot train this model: ${refusal}`, {
    details: { engine: engine.name, model: model.name },
  });
}
