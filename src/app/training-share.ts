import type { LabelledImages } from '../core/labelled-images.ts';
import { seededRandom } from '../core/seeded-random.ts';

/**
 * A share (0 < share ≤ 1) of each class's images, at least one of each, drawn by the seed; in the order they came in.
 * A larger share of the same seed holds the images of a smaller one.
 */
export function takeShare(data: LabelledImages, share: number, seed: number): LabelledImages {
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
  return pick(
    data,
    taken.sort((left, right) => left - right),
  );
}

function pick(data: LabelledImages, indices: readonly number[]): LabelledImages {
  const { height, width, channels } = data;
  const size = height * width * channels;
  const images = new Uint8Array(indices.length * size);
  for (const [row, index] of indices.entries()) {
    images.set(data.images.subarray(index * size, (index + 1) * size), row * size);
  }
  const labels = Int32Array.from(indices, (index) => data.labels[index]!);
  return { images, labels, count: indices.length, height, width, channels };
}
