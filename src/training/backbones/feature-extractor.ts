import { DataError, EnvironmentError } from '../../core/errors.ts';
import { findOnnxRuntime } from '../engines/onnx-runtime.ts';
import { startSessionHost, type SessionHost } from '../engines/session-host.ts';
import { FEATURES_INPUT, IMAGE_INPUT } from '../onnx/forward.ts';
import { channelCount } from './backbone-spec.ts';
import { featureGraph } from './feature-graph.ts';
import type { Backbone } from './open-backbone.ts';

/** A backbone at work, in a worker thread. */
export interface FeatureExtractor {
  /** Numbers an image becomes. */
  readonly features: number;
  /** What computes. */
  readonly runtime: string;
  /**
   * Features `[count, features]` of uint8 images `[count, height, width, channels]` of the backbone's size. A second call may be
   * made before the first has answered: the worker then never waits. `images` is copied at once.
   */
  extract(images: Uint8Array, count: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * Starts the worker and runs the backbone once, so that what does not work is told before any image is read.
 * @throws DataError when ONNX Runtime cannot run the file, EnvironmentError when there is no ONNX Runtime.
 */
export async function openFeatureExtractor(
  backbone: Backbone,
  { threads }: { readonly threads: number },
): Promise<FeatureExtractor> {
  const runtime = await findOnnxRuntime();
  if (runtime.kind === 'missing') {
    throw new EnvironmentError(`A backbone needs ONNX Runtime: ${runtime.reason}. Install onnxruntime-node.`);
  }
  const host = startSessionHost(runtime.name);
  try {
    await host.create('features', featureGraph(backbone), { optimization: 'all', threads });
    const { height, width } = backbone.spec.input;
    const shape = [height, width, channelCount(backbone.spec.input)];
    const size = shape.reduce((product, each) => product * each, 1);
    const extract = (images: Uint8Array, count: number) => runOnce(host, images, [count, ...shape]);
    const probe = await extract(new Uint8Array(2 * size), 2);
    requirePooled(backbone, probe.length / 2);
    return {
      features: probe.length / 2,
      runtime: runtime.version,
      extract,
      dispose: () => host.close(),
    };
  } catch (error) {
    await host.close();
    if (error instanceof DataError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`${backbone.file} cannot be run as ${backbone.spec.path} describes it: ${reason}`, {
      cause: error,
    });
  }
}

async function runOnce(host: SessionHost, data: Uint8Array, shape: readonly number[]): Promise<Float32Array> {
  const outputs = await host.run('features', { [IMAGE_INPUT]: { type: 'uint8', data, shape } });
  const features = outputs[FEATURES_INPUT];
  if (features?.type !== 'float32') throw new Error(`the features are ${features?.type ?? 'missing'}, not float32`);
  return features.data;
}

/** Larger than any pooled feature vector in use: maps that were not pooled have tens of thousands. */
const MOST_FEATURES = 16_384;

function requirePooled({ spec, file }: Backbone, features: number): void {
  if (Number.isInteger(features) && features <= MOST_FEATURES) return;
  throw new DataError(
    `${file} gives ${features} numbers an image as "${spec.features}"; at most ${MOST_FEATURES} are expected. ` +
      `Name the value behind the global pooling in ${spec.path}.`,
  );
}
