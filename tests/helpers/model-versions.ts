import type { NewModelVersion } from '../../src/models/save-model-version.ts';

/** A model version to save, of two classes and three test samples, the last of which was wrong. */
export function aModelVersion(source: string, changes: Partial<NewModelVersion> = {}): NewModelVersion {
  return {
    name: 'signs',
    source,
    trainingRunId: null,
    flowRunId: null,
    testPredictions: {
      classNames: ['a', 'b'],
      sampleIds: ['s1', 's2', 's3'],
      labels: [0, 1, 1],
      predicted: [0, 1, 0],
    },
    card: {
      signature: {
        input: { name: 'image', height: 64, width: 64, channels: 3 },
        output: { name: 'probabilities', classNames: ['a', 'b'] },
      },
      architecture: { name: 'cnn', parameters: { filters: 8 } },
      datasetVersion: 'd'.repeat(64),
      synthetic: true,
      tensorCache: 't'.repeat(64),
      parameters: { learningRate: 0.001 },
      metrics: { testAccuracy: 2 / 3 },
      engine: { name: 'onnx', threads: 2 },
      codeVersion: 'abc',
    },
    ...changes,
  };
}
