import type { LayersModel } from '@tensorflow/tfjs-layers';
import { TrainingError } from '../../core/errors.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import { findBlockKernels, type CheckedBlocks } from './block-kernels.ts';
import { CPU_HANDICAP, createCpuEngine } from './cpu-engine.ts';
import { findNativeTensorFlow } from './native-tensorflow.ts';
import { createOnnxEngine } from './onnx-engine.ts';
import { findOnnxRuntime } from './onnx-runtime.ts';
import { createTensorFlowEngine } from './tensorflow-engine.ts';
import type { EngineName, EnginePreference, TrainingEngine } from './training-engine.ts';

/** The engine, why it is this one, and whether it is slower than the machine could be. */
export type ChosenEngine = { readonly engine: TrainingEngine; readonly reason: string; readonly slow: boolean };

/** Gives each engine when it is its turn: what is not asked for is not loaded. */
export type Engines = Readonly<Record<EngineName, () => Promise<TrainingEngine>>>;

/**
 * The engine for a model: with `auto` the ONNX graph where the model compiles to one, else TensorFlow where the user has
 * installed it, else TensorFlow.js; the reason says which and why.
 * @throws TrainingError when the engine asked for cannot train the model.
 */
export async function chooseEngine(
  preference: EnginePreference,
  model: LayersModel,
  engines: Engines = installedEngines(),
): Promise<ChosenEngine> {
  if (preference !== 'auto') return insistOn(await engines[preference](), model);
  const onnx = await engines.onnx();
  const refusal = await onnx.refusal(model);
  if (refusal === undefined) {
    const reason = `the model compiles to an ONNX training graph (${describe(onnx)})`;
    return { engine: onnx, reason, slow: onnx.handicap !== undefined };
  }
  const tensorflow = await engines.tensorflow();
  if ((await tensorflow.refusal(model)) === undefined) {
    const reason = `the tensorflow engine is used (${tensorflow.version}), several times slower: ${refusal}`;
    return { engine: tensorflow, reason, slow: true };
  }
  const { engine } = await insistOn(await engines.cpu(), model);
  return { engine, reason: `the cpu engine is used, ${CPU_HANDICAP}: ${refusal}`, slow: true };
}

/** Version, manner and handicap of an engine. */
function describe({ version, manner, handicap }: TrainingEngine): string {
  return [version, manner, handicap].filter((part) => part !== undefined).join(', ');
}

/** The engines that are installed here; what was found out about them before need not be found out again. */
export function installedEngines(checked?: CheckedBlocks): Engines {
  return {
    onnx: async () => {
      const runtime = await findOnnxRuntime();
      return createOnnxEngine(runtime, await findBlockKernels(runtime, checked));
    },
    cpu: async () => createCpuEngine(await loadTensorFlow()),
    tensorflow: async () => {
      const tf = await loadTensorFlow();
      return createTensorFlowEngine(tf, await findNativeTensorFlow(tf));
    },
  };
}

async function insistOn(engine: TrainingEngine, model: LayersModel): Promise<ChosenEngine> {
  const refusal = await engine.refusal(model);
  if (refusal === undefined) {
    return { engine, reason: `engine ${engine.name} was asked for (${describe(engine)})`, slow: false };
  }
  throw new TrainingError(`Engine ${engine.name} cannot train this model: ${refusal}`, {
    details: { engine: engine.name, model: model.name },
  });
}
