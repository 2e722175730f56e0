import { test } from '@jest/globals';
import { findNativeTensorFlow } from '../../src/training/engines/native-tensorflow.ts';
import { createTensorFlowEngine } from '../../src/training/engines/tensorflow-engine.ts';
import { loadTensorFlow } from '../../src/training/tensorflow.ts';
import { trainingEngineContract } from './training-engine.ts';

const tf = await loadTensorFlow();
const native = await findNativeTensorFlow(tf);

if (native.kind === 'available') trainingEngineContract(tf, createTensorFlowEngine(tf, native));
else test.skip(`the contract is not run: ${native.reason}`, () => undefined);
