import { createHash } from 'node:crypto';
import type { Pixels } from '../decode/pixels.ts';
import type { SourceSet } from '../layout/set-folders.ts';
import type { SplitName, SplitSettings } from '../tensor-cache.ts';

/** SHA-256 of an image's own pixels, before any resizing: equal pictures have equal hashes at every prep configuration. */
export function hashPixels({ data, height, width, channels }: Pixels): Buffer {
  return createHash('sha256').update(`${height}x${width}x${channels}\n`).update(data).digest();
}

/**
 * The split of a sample. By hash it depends on the picture and the salt alone: a sample does not move when others are
 * added, and exact duplicates stay together. It is never re-balanced. `folders` keeps the source's own division and takes
 * validation samples from its training samples by hash, unless it has a validation set.
 */
export function assignSplit(
  { pixelHash, set, hasValidationSet }: { pixelHash: Buffer; set: SourceSet | undefined; hasValidationSet: boolean },
  settings: SplitSettings,
): SplitName {
  if (settings.kind === 'hash') {
    if (set === 'test' && settings.testFolder === 'apart') return 'apart';
    return bucketOf(pixelHash, settings.salt, settings.train, settings.validation);
  }
  if (set === 'test' || set === 'validation') return set;
  if (hasValidationSet) return 'train';
  return bucketOf(pixelHash, settings.salt, 1 - settings.validation, settings.validation);
}

/** Floating point sums of shares fall short of 1 by less than this. */
const ROUNDING = 1e-9;

function bucketOf(pixelHash: Buffer, salt: string, train: number, validation: number): SplitName {
  const digest = createHash('sha256').update(pixelHash).update(salt).digest();
  const position = digest.readUIntBE(0, 6) / 2 ** 48;
  if (position < train) return 'train';
  return position < train + validation || train + validation > 1 - ROUNDING ? 'validation' : 'test';
}
