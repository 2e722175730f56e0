import { pickSamples, type Samples } from '../core/samples.ts';
import { seededRandom } from '../core/seeded-random.ts';

/**
 * A share (0 < share ≤ 1) of each class's samples, at least one of each, drawn by the seed; in the order they came in.
 * A larger share of the same seed holds the samples of a smaller one.
 */
export function takeShare(data: Samples, share: number, seed: number): Samples {
  if (share >= 1) return data;
  const byClass = new Map<number, number[]>();
  for (const [index, label] of data.labels.entries()) {
    const members = byClass.get(label) ?? [];
    members.push(index);
    byClass.set(label, members);
  }
  const taken = [...byClass].flatMap(([label, members]) =>
    seededRandom('training share', seed, label)
      .shuffle(members)
      .slice(0, Math.ceil(share * members.length)),
  );
  return pickSamples(
    data,
    taken.sort((left, right) => left - right),
  );
}
