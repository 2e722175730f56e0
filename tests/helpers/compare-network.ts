import type { SessionHost } from '../../src/training/engines/session-host.ts';
import type { TensorFlow } from '../../src/training/tensorflow.ts';
import { buildRandomNetwork } from './build-random-network.ts';
import { compareLowerings, complaintOf, type Comparison } from './compare-lowerings.ts';
import { comparePredictions } from './compare-predictions.ts';
import { normalisesBatches, type RandomNetwork } from './random-networks.ts';

export type ComparedNetwork = Comparison & {
  readonly normalises: boolean;
  /** What is wrong, in a sentence; undefined when the two ways agree. */
  readonly complaint?: string;
  /** Whether it agreed with other weights and images only. */
  readonly turned: boolean;
};

type Drawn = { readonly comparison: Comparison; readonly complaint: string | undefined };

/**
 * One step of a random network on plain maps and on blocks, and what it predicts in every form. Where two values are equal but for a rounding error, either may be
 * the largest, and the gradient goes another way: what differs is tried with two other draws of weights and images, a defect differs again.
 */
export async function compareNetwork(
  { tf, host, block }: { readonly tf: TensorFlow; readonly host: SessionHost; readonly block: number },
  network: RandomNetwork,
): Promise<ComparedNetwork> {
  const normalises = normalisesBatches(network);
  const draw = async (seed: number): Promise<Drawn> => {
    const model = buildRandomNetwork(tf, { ...network, seed });
    const { rows } = network;
    const comparison = await compareLowerings(host, model, { block, rows, seed, normalises });
    const mispredicted = await comparePredictions({ tf, host, block }, model, { rows, seed });
    model.dispose();
    return { comparison, complaint: complaintOf(comparison) ?? mispredicted };
  };
  const { comparison: first, complaint } = await draw(network.seed);
  if (complaint === undefined) return { ...first, normalises, turned: false };
  const again = [await draw(network.seed + 1), await draw(network.seed + 2)];
  const isKink = again.every((other) => other.complaint === undefined);
  return { ...first, normalises, turned: isKink, ...(isKink ? {} : { complaint }) };
}
