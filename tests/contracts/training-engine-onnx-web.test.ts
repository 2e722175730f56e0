import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../../src/training/engines/onnx-runtime.ts';
import { loadTensorFlow } from '../../src/training/tensorflow.ts';
import { trainingEngineContract } from './training-engine.ts';

const runtime = await findOnnxRuntime(['onnxruntime-web']);

trainingEngineContract(await loadTensorFlow(), createOnnxEngine(runtime));
