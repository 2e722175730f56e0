import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DataError } from '../../core/errors.ts';
import { decodePixels } from '../decode/decode-image.ts';
import { fitPixels } from '../decode/fit-pixels.ts';
import type { Pixels } from '../decode/pixels.ts';
import type { IdxImages } from '../idx/read-idx-set.ts';
import type { BrokenImage } from '../tensor-cache.ts';
import { assignSplit, hashPixels } from './assign-split.ts';
import type { DecodeSetup } from './decode-messages.ts';
import type { FileSample, ShardJob } from './plan-shards.ts';
import type { ShardRow } from './shard.ts';

export type DecodedShard = { readonly rows: readonly ShardRow[]; readonly broken: readonly BrokenImage[] };

type FilesJob = Extract<ShardJob, { kind: 'files' }>;
type IdxJob = Extract<ShardJob, { kind: 'idx' }>;

/**
 * Decodes the image files of a shard. A broken image is left out and told with its reason; a file that is not the one the
 * manifest names (missing, changed) makes the version worthless and is a DataError.
 */
export async function decodeFiles(
  { samples }: FilesJob,
  setup: DecodeSetup,
  report: (done: number) => void,
): Promise<DecodedShard> {
  const rows: ShardRow[] = [];
  const broken: BrokenImage[] = [];
  for (const [at, sample] of samples.entries()) {
    const bytes = await readSample(sample, setup.filesFolder);
    try {
      const pixels = await decodePixels(bytes);
      const sampleId = idOf(sample.sha256, sample.path);
      rows.push(makeRow(pixels, { ...sample, sampleId, pixelHash: hashPixels(pixels) }, setup));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      broken.push({ path: sample.path, reason: error.message });
    }
    report(at + 1);
  }
  return { rows, broken };
}

/** Takes a range of an IDX set; `labelOf` turns the numbers of its label file into class indices. */
export function decodeIdx(
  { set, from, to }: IdxJob,
  { images, labels, height, width }: IdxImages,
  setup: DecodeSetup,
): DecodedShard {
  const size = height * width;
  const classes = new Map(setup.classNames.map((name, index) => [name, index]));
  const rows: ShardRow[] = [];
  for (let at = from; at < to; at += 1) {
    const data = images.subarray(at * size, (at + 1) * size);
    const label = classes.get(String(labels[at]));
    if (data.length < size || label === undefined)
      throw new DataError(`The ${set} images of the IDX files were changed.`);
    const pixels: Pixels = { data, height, width, channels: 1 };
    const pixelHash = hashPixels(pixels);
    const sampleId = idOf(pixelHash.toString('hex'), `${set}/${at}`);
    rows.push(makeRow(pixels, { label, set, sampleId, pixelHash }, setup));
  }
  return { rows, broken: [] };
}

type Placed = Pick<FileSample, 'label' | 'set'> & { readonly sampleId: Buffer; readonly pixelHash: Buffer };

function makeRow(
  pixels: Pixels,
  { label, set, sampleId, pixelHash }: Placed,
  { shape, split, hasValidationSet }: DecodeSetup,
): ShardRow {
  return {
    image: fitPixels(pixels, shape),
    label,
    split: assignSplit({ pixelHash, set, hasValidationSet }, split),
    sampleId,
  };
}

/** A sample's id: its content and its place, so that it is stable from version to version and unique within one. */
function idOf(contentHash: string, place: string): Buffer {
  return createHash('sha256').update(`${contentHash} ${place}`).digest();
}

async function readSample({ path: file, sha256 }: FileSample, folder: string): Promise<Buffer> {
  const damaged = (cause?: unknown) =>
    new DataError(`${path.join(folder, file)} is missing or was changed. Collect the dataset again with force.`, {
      cause,
    });
  const bytes = await readFile(path.join(folder, file)).catch((cause: unknown) => {
    throw damaged(cause);
  });
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw damaged();
  return bytes;
}
