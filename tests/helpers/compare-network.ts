import type { SessionHost } from '../../src/training/engines/session-host.ts';
import type { TensorFlow } from '../../src/training/tensorflow.ts';
import { buildRandomNetwork } from './build-random-network.ts';
import { compareLowerings, complaintOf, type Comparison } from './compare-lowerings.ts';
import { normalisesBatches, type RandomNetwork } from './random-networks.ts';

export type ComparedNetwork = Comparison & {
  readonly normalises: boolean;
  /** What is wrong, in a sentence; undefined when the two ways agree. */
  readonly complaint?: string;
  /** Whether it agreed with other weights and images only. */
  readonly turned: boolean;
};

/**
 * One step of a random network on plain maps and on blocks. Where two values are equal but for a rounding error, either may be
 * the largest, and the gradient goes another way: what differs is tried with two other draws of weights and images, a defect differs again.
 */
export async function compareNetwork(
  { tf, host, block }: { readonly tf: TensorFlow; readonly host: SessionHost; readonly block: number },
  network: RandomNetwork,
): Promise<ComparedNetwork> {
  const normalises = normalisesBatches(network);
  const draw = async (seed: number): Promise<Comparison> => {
    const model = buildRandomNetwork(tf, { ...network, seed });
    const comparison = await compareLowerings(host, model, { block, rows: network.rows, seed, normalises });
    model.dispose();
    return comparison;
  };
  const first = await draw(network.seed);
  const complaint = complaintOf(first);
  if (complaint === undefined) return { ...first, normalises, turned: false };
  const again = [await draw(network.seed + 1), await draw(network.seed + 2)].map(complaintOf);
  const isKink = again.every((other) => other === undefined);
  return { ...first, normalises, turned: isKink, ...(isKink ? {} : { complaint }) };
}
