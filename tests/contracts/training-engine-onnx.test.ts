import { test } from '@jest/globals';
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts';
import { findOnnxRuntime } from '../../src/training/engines/onnx-runtime.ts';
import { loadTensorFlow } from '../../src/training/tensorflow.ts';
import { trainingEngineContract } from './training-engine.ts';

const tf = await loadTensorFlow();
const runtime = await findOnnxRuntime();

if (runtime.kind === 'available') trainingEngineContract(tf, createOnnxEngine(runtime));
else test.skip(`the contract is not run: ${runtime.reason}`, () => undefined);
