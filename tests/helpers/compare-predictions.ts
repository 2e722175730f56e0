import type { LayersModel } from '@tensorflow/tfjs-layers';
import { seededRandom } from '../../src/core/seeded-random.ts';
import { predictOnCpu } from '../../src/training/engines/cpu-engine.ts';
import type { SessionHost } from '../../src/training/engines/session-host.ts';
import { compileInferenceGraph, PROBABILITIES_OUTPUT } from '../../src/training/onnx/compile-inference.ts';
import { IMAGE_INPUT } from '../../src/training/onnx/forward.ts';
import type { MapLowering } from '../../src/training/onnx/maps/create-maps.ts';
import { readModelGraph } from '../../src/training/onnx/model-graph.ts';
import type { TensorFlow } from '../../src/training/tensorflow.ts';
import { copyWeights } from '../../src/training/weights.ts';

/** Probabilities agree to this. */
const EXACT = 1e-5;

/**
 * What a model predicts with its weights in the ONNX file at full optimisation, as files are used, and on blocks, against
 * TensorFlow.js. What is wrong, in a sentence; undefined when all agree.
 */
export async function comparePredictions(
  { tf, host, block }: { readonly tf: TensorFlow; readonly host: SessionHost; readonly block: number },
  model: LayersModel,
  { rows, seed }: { readonly rows: number; readonly seed: number },
): Promise<string | undefined> {
  const graph = readModelGraph(model);
  const random = seededRandom('predicted', seed);
  const size = graph.input.reduce((product, length) => product * length, rows);
  const inputs = Uint8Array.from({ length: size }, () => random.integer(256));
  const expected = predictOnCpu(tf, model, inputs, rows);
  const ways: readonly MapLowering[] = [{ kind: 'plain' }, { kind: 'blocked', block, batch: rows }];
  for (const lowering of ways) {
    const file = compileInferenceGraph(graph, { weights: copyWeights(model), lowering });
    const session = `${lowering.kind} prediction`;
    await host.create(session, file, { optimization: 'all', threads: 1 });
    const image = { type: 'uint8', data: inputs.slice(), shape: [rows, ...graph.input] } as const;
    const { data } = (await host.run(session, { [IMAGE_INPUT]: image }))[PROBABILITIES_OUTPUT]!;
    const difference = Math.max(...expected.map((value, index) => Math.abs(value - data[index]!)));
    if (!(difference <= EXACT)) return `predictions on ${lowering.kind} maps differ by ${difference.toExponential(2)}`;
  }
  return undefined;
}
