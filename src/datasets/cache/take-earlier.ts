import path from 'node:path';
import type { ImageShape } from '../decode/pixels.ts';
import { labelOf, type FileSample } from './plan-shards.ts';
import { sampleIdOf } from './sample-id.ts';
import { readShardRows, shardName, type ShardRow } from './shard.ts';

/**
 * Takes the rows that samples have in other caches; undefined for a sample that has none, or whose row cannot be read any more.
 * The images are good until it is called again.
 */
export type TakeEarlier = (samples: readonly FileSample[]) => Promise<readonly (ShardRow | undefined)[]>;

/**
 * Takes rows of the caches in these folders; no more of them is read than the rows that are wanted, and all into the same memory:
 * new memory for every shard would have to be collected again.
 */
export function takeFromEarlier(caches: readonly string[], { height, width, channels }: ImageShape): TakeEarlier {
  const imageBytes = height * width * channels;
  let memory = new Uint8Array(0);
  return async (samples) => {
    const taken = new Array<ShardRow | undefined>(samples.length).fill(undefined);
    if (memory.length < samples.length * imageBytes) memory = new Uint8Array(samples.length * imageBytes);
    let start = 0;
    for (const { file, places } of placesByShard(samples, caches)) {
      const images = memory.subarray(start, start + places.length * imageBytes);
      start += images.length;
      const rows = places.map(({ earlier }) => earlier.row);
      const ids = await readShardRows(file, rows, images).catch(() => undefined);
      if (ids === undefined) continue;
      for (const [order, { at, sample, earlier }] of places.entries()) {
        const { row, split, moved } = earlier;
        taken[at] = {
          image: images.subarray(order * imageBytes, (order + 1) * imageBytes),
          label: labelOf(sample),
          split,
          sampleId: moved ? sampleIdOf(sample.sha256, sample.path) : ids.subarray(row * 32, (row + 1) * 32),
        };
      }
    }
    return taken;
  };
}

type Place = {
  /** Among the samples. */
  readonly at: number;
  readonly sample: FileSample;
  readonly earlier: NonNullable<FileSample['earlier']>;
};

function placesByShard(
  samples: readonly FileSample[],
  caches: readonly string[],
): { readonly file: string; readonly places: readonly Place[] }[] {
  const shards = new Map<string, Place[]>();
  for (const [at, sample] of samples.entries()) {
    const { earlier } = sample;
    if (earlier === undefined) continue;
    const key = `${earlier.cache} ${earlier.shard}`;
    const places = shards.get(key);
    if (places === undefined) shards.set(key, [{ at, sample, earlier }]);
    else places.push({ at, sample, earlier });
  }
  return [...shards.values()].map((places) => {
    const { cache, shard } = places[0]!.earlier;
    return { file: path.join(caches[cache] ?? '', shardName(shard)), places };
  });
}
