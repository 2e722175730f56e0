import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DataError } from '../../core/errors.ts';
import { loadSharpForOneThread } from '../../core/load-sharp.ts';
import { pixelDecoder, type DecodePixels } from '../decode/decode-image.ts';
import { formatOf, type ImageFormat } from '../decode/image-format.ts';
import type { Pixels } from '../decode/pixels.ts';
import type { IdxSet } from '../idx/idx-files.ts';
import { readIdxSet, type IdxImages } from '../idx/read-idx-set.ts';
import type { FileSample, ShardJob } from './plan-shards.ts';

/** A sample as it is read: its pixels at their own size, or why there are none. */
export type ReadSample = Pick<FileSample, 'path' | 'label' | 'set'> & {
  /** Of its file; undefined where the samples have no files of their own. */
  readonly sha256: string | undefined;
  /** What the file's bytes say that it is. */
  readonly format: ImageFormat | undefined;
  readonly read: { readonly pixels: Pixels } | { readonly broken: string };
};

/** Reads the samples of one shard after the other, in their order, one at a time. */
export type SampleReader = (job: ShardJob) => AsyncIterable<ReadSample>;

/**
 * Reads samples below the folder of a version's files. A broken image is told with its reason; a file that is not the one the
 * manifest names (missing, changed) makes the version worthless and is a DataError.
 */
export function sampleReader(filesFolder: string, classNames: readonly string[]): SampleReader {
  const classes = new Map(classNames.map((name, index) => [name, index]));
  const decode = pixelDecoder({ sharp: loadSharpForOneThread });
  let loaded: { readonly set: IdxSet; readonly images: IdxImages } | undefined;
  return async function* read(job) {
    if (job.kind === 'files') {
      for (const sample of job.samples) yield readFileSample(sample, filesFolder, decode);
      return;
    }
    if (loaded?.set !== job.set) loaded = { set: job.set, images: await readIdxSet(filesFolder, job.set) };
    yield* readIdxSamples(job, loaded.images, classes);
  };
}

async function readFileSample(sample: FileSample, folder: string, decode: DecodePixels): Promise<ReadSample> {
  const bytes = readWhole(sample, folder);
  const format = formatOf(bytes);
  try {
    return { ...sample, format, read: { pixels: await decode(bytes) } };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { ...sample, format, read: { broken: error.message } };
  }
}

/** Reads at once: a child process has nothing else to do meanwhile, and each wait costs more than a small file takes. */
function readWhole({ path: file, sha256 }: FileSample, folder: string): Buffer {
  const place = path.join(folder, file);
  const damaged = (cause?: unknown) =>
    new DataError(`${place} is missing or was changed. Collect the dataset again with force.`, { cause });
  let bytes: Buffer;
  try {
    bytes = readFileSync(place);
  } catch (cause) {
    throw damaged(cause);
  }
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw damaged();
  return bytes;
}

/** `classes` turns the numbers of the label file into class indices. */
function* readIdxSamples(
  { set, from, to }: Extract<ShardJob, { kind: 'idx' }>,
  { images, labels, height, width }: IdxImages,
  classes: ReadonlyMap<string, number>,
): Iterable<ReadSample> {
  const size = height * width;
  for (let at = from; at < to; at += 1) {
    const data = images.subarray(at * size, (at + 1) * size);
    const label = classes.get(String(labels[at]));
    if (data.length < size || label === undefined)
      throw new DataError(`The ${set} images of the IDX files were changed.`);
    const pixels: Pixels = { data, height, width, channels: 1 };
    yield { path: `${set}/${at}`, label, set, sha256: undefined, format: undefined, read: { pixels } };
  }
}
