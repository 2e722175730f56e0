import type { FitPixels } from '../decode/fit-pixels.ts';
import type { Pixels } from '../decode/pixels.ts';
import { isMislabelled, type ImageFormat } from '../decode/image-format.ts';
import type { BrokenImage, MislabelledImage } from '../tensor-cache.ts';
import { assignSplit, hashPixels } from './assign-split.ts';
import type { DecodeSetup } from './decode-setup.ts';
import { labelOf, type FileSample, type ShardJob } from './plan-shards.ts';
import type { ReadSample, SampleReader } from './read-samples.ts';
import { sampleIdOf } from './sample-id.ts';
import type { ShardContent, ShardRow } from './shard.ts';
import type { TakeEarlier } from './take-earlier.ts';

export type DecodedShard = Pick<ShardContent, 'rows' | 'broken' | 'mislabelled'>;

/**
 * The rows of a shard, in the order of its samples: taken from another cache where they are there, else decoded, resized and
 * put into a split. A broken image is left out and told with its reason.
 */
export async function decodeShard(
  job: ShardJob,
  { read, take, fit }: { readonly read: SampleReader; readonly take: TakeEarlier; readonly fit: FitPixels },
  setup: DecodeSetup,
  report: (done: number) => void,
): Promise<DecodedShard> {
  const rows: ShardRow[] = [];
  const broken: BrokenImage[] = [];
  const mislabelled: MislabelledImage[] = [];
  for await (const next of earlierOrRead(job, read, take)) {
    const mislabelledAs = 'row' in next ? next.mislabelledAs : formatOtherThanNamed(next);
    if ('row' in next) rows.push(next.row);
    else if ('broken' in next.read) broken.push({ path: next.path, reason: next.read.broken });
    else rows.push(makeRow(next, next.read.pixels, fit, setup));
    if (mislabelledAs !== undefined) mislabelled.push({ path: next.path, format: mislabelledAs });
    report(rows.length + broken.length);
  }
  return { rows, broken, mislabelled };
}

/** The format of an image that can be read, where its name ends as that of another. */
function formatOtherThanNamed({ path, format, read }: ReadSample): ImageFormat | undefined {
  return format !== undefined && 'pixels' in read && isMislabelled(path, format) ? format : undefined;
}

type EarlierSample = {
  readonly path: string;
  readonly row: ShardRow;
  readonly mislabelledAs: ImageFormat | undefined;
};

/** Reads what is not found between two rows that are, in one go. */
async function* earlierOrRead(
  job: ShardJob,
  read: SampleReader,
  take: TakeEarlier,
): AsyncIterable<EarlierSample | ReadSample> {
  if (job.kind === 'idx') {
    yield* read(job);
    return;
  }
  const rows = await take(job.samples);
  let unread: FileSample[] = [];
  for (const [at, sample] of job.samples.entries()) {
    const row = rows[at];
    if (row === undefined) {
      unread.push(sample);
      continue;
    }
    if (unread.length > 0) yield* read({ ...job, samples: unread });
    unread = [];
    yield { path: sample.path, row, mislabelledAs: sample.earlier?.mislabelledAs };
  }
  yield* read({ ...job, samples: unread });
}

function makeRow(
  sample: ReadSample,
  pixels: Pixels,
  fit: FitPixels,
  { shape, split, hasValidationSet }: DecodeSetup,
): ShardRow {
  const { path, set, sha256 } = sample;
  const pixelHash = hashPixels(pixels);
  return {
    image: fit(pixels, shape),
    label: labelOf(sample),
    split: assignSplit({ pixelHash, set, hasValidationSet }, split),
    sampleId: sampleIdOf(sha256 ?? pixelHash.toString('hex'), path),
  };
}
