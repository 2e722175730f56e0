import path from 'node:path';
import type { SplitName } from '../tensor-cache.ts';
import type { FileSample } from './plan-shards.ts';
import { readShard, shardName } from './shard.ts';

/** What a row of another cache tells: uint8 `[height, width, channels]` and the split. */
export type EarlierRow = { readonly image: Uint8Array; readonly split: SplitName };

/** Takes the row that a sample has in another cache; undefined when it has none, or that cannot be read any more. */
export type TakeEarlier = (sample: FileSample) => Promise<EarlierRow | undefined>;

type OpenShard = {
  readonly file: string;
  readonly content: Promise<Awaited<ReturnType<typeof readShard>> | undefined>;
};

/** Reads rows of the caches in these folders. Neighbours lie in the same shards: the last few stay in memory. */
export function takeFromEarlier(caches: readonly string[], imageBytes: number): TakeEarlier {
  let open: readonly OpenShard[] = [];
  return async ({ earlier }) => {
    const folder = earlier === undefined ? undefined : caches[earlier.cache];
    if (earlier === undefined || folder === undefined) return undefined;
    const file = path.join(folder, shardName(earlier.shard));
    const shard = open.find((each) => each.file === file) ?? { file, content: readShard(file).catch(() => undefined) };
    open = [shard, ...open.filter((each) => each !== shard)].slice(0, MOST_OPEN);
    const content = await shard.content;
    const image = content?.images.subarray(earlier.row * imageBytes, (earlier.row + 1) * imageBytes);
    const split = content?.splits[earlier.row];
    return image?.length === imageBytes && split !== undefined ? { image, split } : undefined;
  };
}

const MOST_OPEN = 3;
