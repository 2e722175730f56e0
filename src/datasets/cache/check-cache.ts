import { DataError } from '../../core/errors.ts';
import type { BrokenImage, SplitName, SplitSettings } from '../tensor-cache.ts';
import type { CacheIndex } from './cache-index.ts';
import type { ShardSummary } from './shard.ts';

/** For each split the number of samples of each class. */
export type ClassCounts = Record<SplitName, number[]>;

/** Counts samples by split and class. */
export function countClasses(shards: readonly ShardSummary[], classes: number): ClassCounts {
  const empty = () => new Array<number>(classes).fill(0);
  const counts: ClassCounts = { train: empty(), validation: empty(), test: empty(), apart: empty() };
  for (const { labels, splits } of shards) {
    splits.forEach((split, at) => (counts[split][labels[at]!]! += 1));
  }
  return counts;
}

/** Samples of each split; `apart` only where there are some. */
export function countSplits(counts: ClassCounts): CacheIndex['splits'] {
  const sum = (split: SplitName) => counts[split].reduce((total, count) => total + count, 0);
  const apart = sum('apart');
  return { train: sum('train'), validation: sum('validation'), test: sum('test'), ...(apart === 0 ? {} : { apart }) };
}

/** Throws DataError, with examples, when more than `maxShare` of the images are broken. */
export function checkBrokenShare(broken: readonly BrokenImage[], total: number, maxShare: number): void {
  if (broken.length <= total * maxShare) return;
  const examples = broken.slice(0, MOST_NAMED).map(({ path, reason }) => `${path}: ${reason}`);
  throw new DataError(
    `${broken.length} of ${total} images are broken, more than the accepted share of ${maxShare}. ${examples.join(' ')} Repair or remove them, or raise maxBrokenShare.`,
    { details: { broken: broken.length, total } },
  );
}

/** Throws DataError naming the classes that have no training or no test samples: they could not be learned, or not be judged. */
export function checkClasses(counts: ClassCounts, classNames: readonly string[], { kind }: SplitSettings): void {
  for (const split of ['train', 'test'] as const) {
    const without = classNames.filter((_, index) => counts[split][index] === 0);
    if (without.length === 0) continue;
    const named = without
      .slice(0, MOST_NAMED)
      .map((name) => `"${name}"`)
      .join(', ');
    const more = without.length > MOST_NAMED ? ` and ${without.length - MOST_NAMED} more` : '';
    const remedy =
      kind === 'folders'
        ? 'Use split "hash", which takes test samples from all samples.'
        : 'Add images of it, or raise the share of that split.';
    throw new DataError(
      `${without.length === 1 ? 'The class' : 'The classes'} ${named}${more} would have no ${split} samples. ${remedy}`,
      { details: { split, classes: without } },
    );
  }
}

const MOST_NAMED = 5;
