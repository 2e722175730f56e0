import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';
import { whyNotLoaded } from './why-not-loaded.ts';

/** The packages that hold ONNX Runtime: native code, and the same compiled to WebAssembly. The first that loads is taken. */
export const ONNX_RUNTIMES = ['onnxruntime-node', 'onnxruntime-web'] as const;
export type OnnxRuntimeName = (typeof ONNX_RUNTIMES)[number];

/** Whether ONNX Runtime can be used here, and which; or why not. */
export type OnnxRuntime = AvailableRuntime | { readonly kind: 'missing'; readonly reason: string };

export type AvailableRuntime = {
  readonly kind: 'available';
  readonly name: OnnxRuntimeName;
  /** Name and version: `onnxruntime-node 1.30.0`. */
  readonly version: string;
  /** Why it is not the native one, in half a sentence. */
  readonly because?: string;
};

/** What we use of either: their interface is the same. */
export type OnnxRuntimeModule = Pick<typeof Ort, 'InferenceSession' | 'Tensor' | 'env'>;

/**
 * Finds ONNX Runtime: native (an optional dependency without a binary for every platform), else WebAssembly, which runs
 * everywhere and is three to six times slower.
 */
export async function findOnnxRuntime(names: readonly OnnxRuntimeName[] = ONNX_RUNTIMES): Promise<OnnxRuntime> {
  const failures: string[] = [];
  for (const name of names) {
    try {
      const { env } = await importOnnxRuntime(name);
      const { versions } = env;
      const version = (name === 'onnxruntime-node' ? versions.node : versions.web) ?? versions.common;
      const because = failures.length === 0 ? {} : { because: failures.join('; ') };
      return { kind: 'available', name, version: `${name} ${version}`, ...because };
    } catch (error) {
      failures.push(whyNotLoaded(name, error));
    }
  }
  return { kind: 'missing', reason: failures.join('; ') };
}

/** Loads the one or the other. The native one is CommonJS: by `import` Node would also look through it for what it exports. */
export async function importOnnxRuntime(name: OnnxRuntimeName): Promise<OnnxRuntimeModule> {
  const require = createRequire(import.meta.url);
  return name === 'onnxruntime-node' ? (require('onnxruntime-node') as typeof Ort) : import('onnxruntime-web');
}
