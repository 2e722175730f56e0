import { createRequire } from 'node:module';
import { z } from 'zod';

/** Whether ONNX Runtime can be used here, and which; or why not. */
export type OnnxRuntime =
  { readonly kind: 'available'; readonly version: string } | { readonly kind: 'missing'; readonly reason: string };

/** Loads onnxruntime-node, an optional dependency without a binary for every platform. */
export async function findOnnxRuntime(): Promise<OnnxRuntime> {
  try {
    await import('onnxruntime-node');
  } catch (error) {
    const [firstLine] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { kind: 'missing', reason: `onnxruntime-node cannot be loaded here (${firstLine ?? ''})` };
  }
  const manifest: unknown = createRequire(import.meta.url)('onnxruntime-node/package.json');
  const { version } = z.object({ version: z.string() }).parse(manifest);
  return { kind: 'available', version: `onnxruntime-node ${version}` };
}
