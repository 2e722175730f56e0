import { arch, cpus } from 'node:os';
import { createGraphBuilder } from '../onnx/graph-builder.ts';
import { encodeModel } from '../onnx/encode-model.ts';
import { checkBlocks } from './check-blocks.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';
import { startSessionHost, type SessionHost } from './session-host.ts';

/** Whether convolutions on blocks of channels can be used here, and how large a block is; or why not. */
export type BlockKernels =
  { readonly kind: 'blocked'; readonly block: number } | { readonly kind: 'plain'; readonly reason: string };

/** Remembers for which installation blocks of how many channels passed the check. */
export interface CheckedBlocks {
  read(installation: string): Promise<number | undefined>;
  write(installation: string, block: number): Promise<void>;
}

/**
 * Finds out whether ONNX Runtime's blocked operators are there and compute what the plain ones do. They are its internals: their
 * layout is no promise, so a small network is trained both ways, once per installed version and processor.
 */
export async function findBlockKernels(runtime: OnnxRuntime, checked?: CheckedBlocks): Promise<BlockKernels> {
  if (runtime.kind === 'missing') return { kind: 'plain', reason: runtime.reason };
  if (runtime.name !== 'onnxruntime-node') {
    return { kind: 'plain', reason: `${runtime.version} has no blocked convolutions` };
  }
  const installation = `${runtime.version}, ${arch()}, ${cpus()[0]?.model ?? ''}, check ${CHECK_VERSION}`;
  const known = await checked?.read(installation);
  if (known !== undefined) return { kind: 'blocked', block: known };
  const host = startSessionHost(runtime.name);
  try {
    const block = await probeBlock(host);
    if (block === undefined) return { kind: 'plain', reason: `${runtime.version} has no blocked convolutions here` };
    const reason = await checkBlocks(host, block);
    if (reason !== undefined) return { kind: 'plain', reason };
    await checked?.write(installation, block);
    return { kind: 'blocked', block };
  } finally {
    await host.close();
  }
}

/** Counted up when the recipes for blocked operators, or their check, change. */
const CHECK_VERSION = 1;

/** The channels of a block: into how many one block of four channels is put. Undefined where the operator is unknown. */
async function probeBlock(host: SessionHost): Promise<number | undefined> {
  const graph = createGraphBuilder('probe');
  const input = graph.input('maps', 'float32', [1, 4, 1, 1]);
  const [blocked] = graph.node('ReorderInput', [input], {}, { domain: 'com.microsoft.nchwc' });
  graph.output(blocked!, 'blocked', 'float32', [1, 'block', 1, 1]);
  try {
    await host.create('probe', encodeModel(graph.finish()), { optimization: 'extended', threads: 1 });
    const maps = { type: 'float32', shape: [1, 4, 1, 1], data: new Float32Array(4) } as const;
    const outputs = await host.run('probe', { maps });
    return outputs.blocked?.shape[1];
  } catch {
    return undefined;
  }
}
