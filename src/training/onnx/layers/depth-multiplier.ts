import type { ModelNode } from '../model-graph.ts';

/** How many filters each channel has: from the kernel `[height, width, channels, multiplier]`, as not every layer's options say it. */
export function depthMultiplier({ weights }: ModelNode): number {
  return weights.find(({ role }) => role === 'depthwise_kernel')?.shape[3] ?? 1;
}
