import { dropUnused } from './drop-unused.ts';
import { encodeModel } from './encode-model.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { fuseConvolutions } from './maps/blocked/fuse-convolutions.ts';

/** The ONNX file of what was built, without what nothing uses, blocked convolutions joined with what follows them. */
export function finishModel(graph: GraphBuilder, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  return encodeModel(fuseConvolutions(dropUnused(graph.finish())), metadata);
}
