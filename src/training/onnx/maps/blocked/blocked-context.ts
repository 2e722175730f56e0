import type { Attributes } from '../../graph.ts';
import type { GraphBuilder, Value } from '../../graph-builder.ts';
import type { Operators } from '../../operators.ts';
import { mapShape, type Tensor } from '../../tensor.ts';
import type { MapOperators } from '../map-operators.ts';

/** What the blocked operators share. */
export type BlockedContext = {
  readonly graph: GraphBuilder;
  readonly ops: Operators;
  /** For what has no blocked form. */
  readonly plain: MapOperators;
  /** Channels a block: 16 with AVX-512, else 8. */
  readonly block: number;
  /** Rows of a step: reshapes and grouped convolutions make it a constant. */
  readonly batch: number;
};

/** One of ONNX Runtime's own blocked operators; https://github.com/microsoft/onnxruntime, core/graph/contrib_ops/nchwc_schema_defs.cc. */
export function blockedNode(
  { graph }: BlockedContext,
  operator: string,
  inputs: readonly Value[],
  attributes: Attributes = {},
): Value {
  return graph.node(operator, inputs, attributes, { domain: 'com.microsoft.nchwc' })[0]!;
}

/** The channels rounded up to whole blocks. */
export function wholeBlocks({ block }: { readonly block: number }, channels: number): number {
  return Math.ceil(channels / block) * block;
}

/** The number of block maps in a tensor: batch × blocks. */
export function blockMaps(context: BlockedContext, tensor: Tensor): number {
  const [, , channels] = mapShape(tensor);
  return (context.batch * wholeBlocks(context, channels)) / context.block;
}

/** A value in blocked layout. */
export function blockedTensor(value: Value, shape: readonly number[]): Tensor {
  return { value, shape, layout: 'blocked' };
}

/** A blocked tensor as it lies in memory: `[batch × blocks, height, width, block]`. */
export function asMemory(context: BlockedContext, tensor: Tensor): Value {
  const [height, width] = mapShape(tensor);
  return context.ops.reshape(tensor.value, [blockMaps(context, tensor), height, width, context.block]);
}

/** The reverse of `asMemory`. */
export function fromMemory(context: BlockedContext, value: Value, shape: readonly number[]): Tensor {
  const [height, width, channels] = mapShape({ shape });
  return blockedTensor(
    context.ops.reshape(value, [context.batch, wholeBlocks(context, channels), height, width]),
    shape,
  );
}

/** One number a channel, zero for the channels that fill the last block. */
export function fillBlock(context: BlockedContext, value: Value, channels: number): Value {
  return context.ops.pad(value, [0], [wholeBlocks(context, channels) - channels]);
}
