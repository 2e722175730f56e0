import { createCpuEngine } from '../../src/training/engines/cpu-engine.ts';
import { loadTensorFlow } from '../../src/training/tensorflow.ts';
import { trainingEngineContract } from './training-engine.ts';

const tf = await loadTensorFlow();

trainingEngineContract(tf, createCpuEngine(tf));
