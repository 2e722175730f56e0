import path from 'node:path';
import { NotFoundError } from '../../core/errors.ts';
import type { ReportProgress } from '../../core/logger.ts';
import { planShards, samplePlaces, sizeOfJob, type ShardJob } from '../cache/plan-shards.ts';
import { runJobs } from '../children/run-jobs.ts';
import type { BrokenImage, SplitName } from '../tensor-cache.ts';
import { readManifest, type Manifest } from '../version/manifest.ts';
import { FILES_FOLDER } from '../version/version-paths.ts';
import { describeImages, type DatasetDescription, type PlacedImage } from './dataset-description.ts';
import { describeResultSchema, type DescribeJob, type DescribeResult } from './describe-messages.ts';
import type { ImageMeasure } from './measure-image.ts';
import { chooseExamples } from './choose-examples.ts';

export type DescribeOptions = {
  /** Absolute. */
  readonly versionFolder: string;
  /** The split of a sample by its path; without it the source's own sets count. */
  readonly splitOf?: (path: string) => SplitName | undefined;
  /** Child processes that look at images at once. */
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
};

export type DescribedDataset = {
  readonly description: DatasetDescription;
  /** What was measured of each image that could be read, in the order of the manifest. */
  readonly images: readonly PlacedImage[];
  /** By path: uint8 `[pictureSide, pictureSide, 3]` of the images that the report shows. */
  readonly pictures: ReadonlyMap<string, Buffer>;
  readonly pictureSide: number;
};

/**
 * Looks at every image of a version, in child processes that hold one image at a time, then once more at those that a report
 * shows. @throws NotFoundError without the version; DataError for files that are missing or changed; CrashedError.
 */
export async function describeDataset(options: DescribeOptions): Promise<DescribedDataset> {
  const { versionFolder, splitOf, progress } = options;
  const found = await readManifest(versionFolder);
  if (found === undefined)
    throw new NotFoundError(`There is no complete dataset version at ${versionFolder}. Collect it.`);
  const { manifest } = found;
  const jobs = planShards(manifest, ONE_PIXEL);
  const measured = await lookAt('measure', jobs, manifest, options, (done) =>
    progress({ done, total: manifest.samples, unit: 'images' }),
  );
  const broken: BrokenImage[] = measured.flatMap((result) => result.broken);
  const place = placeImages(manifest);
  const images = measured.flatMap(({ measures }) =>
    measures.map((measure) => place(measure, splitOf === undefined ? measure.set : splitOf(measure.path))),
  );
  const description = describeImages(images, broken, manifest.classNames);
  const shown = jobsFor(jobs, chooseExamples(description, images));
  const drawn = await lookAt('draw', shown, manifest, options, () => undefined);
  const pictures = drawn.flatMap((result) =>
    result.drawn.map(({ path: name, pixels }) => [name, Buffer.from(pixels, 'base64')] as const),
  );
  return { description, images, pictures: new Map(pictures), pictureSide: pictureSideOf(manifest) };
}

function placeImages({
  files,
  classNames,
}: Manifest): (measure: ImageMeasure, split: SplitName | undefined) => PlacedImage {
  const boxesOf = new Map(
    files.flatMap(({ path: file, boxes }) => (boxes === undefined ? [] : [[file, boxes] as const])),
  );
  const nameOf = (label: number) => classNames[label]!;
  return (measure, split) => {
    const boxes = boxesOf.get(measure.path);
    const placed = { ...measure, split: split ?? null };
    if (boxes !== undefined) {
      return { ...placed, class: null, shows: [...new Set(boxes.map(({ label }) => nameOf(label)))], boxes };
    }
    const name = nameOf(measure.label!);
    return { ...placed, class: name, shows: [name] };
  };
}

/** Boxes need room to be seen. */
function pictureSideOf({ layout }: Pick<Manifest, 'layout'>): number {
  return layout === 'detection' ? 128 : 64;
}

/** Nothing of the images' size is kept, so jobs are as large as they may be. */
const ONE_PIXEL = { height: 1, width: 1, channels: 1 } as const;

function lookAt(
  kind: DescribeJob['kind'],
  jobs: readonly ShardJob[],
  { classNames, layout }: Manifest,
  { versionFolder, workers, signal }: DescribeOptions,
  onProgress: (done: number) => void,
): Promise<DescribeResult[]> {
  const setup = {
    filesFolder: path.join(versionFolder, FILES_FOLDER),
    classNames,
    drawnSide: pictureSideOf({ layout }),
  };
  return runJobs({
    program: new URL('./describe-child.js', import.meta.url),
    plan: () => ({ setup, jobs: jobs.map((samples): DescribeJob => ({ kind, samples })), workers }),
    sizeOf: ({ samples }) => sizeOfJob(samples),
    result: describeResultSchema,
    ...{ signal, onProgress, onChild: () => undefined },
    whenKilled: 'If memory ran out, use fewer processes: --workers 1.',
  });
}

/** The jobs with none but the wanted samples. */
function jobsFor(jobs: readonly ShardJob[], wanted: ReadonlySet<string>): ShardJob[] {
  return jobs.flatMap((job): ShardJob[] => {
    if (job.kind === 'files') {
      const samples = job.samples.filter((sample) => wanted.has(sample.path));
      return samples.length === 0 ? [] : [{ ...job, samples }];
    }
    const places = samplePlaces(job).flatMap((place, offset) => (wanted.has(place.path) ? [job.from + offset] : []));
    return places.map((at) => ({ ...job, from: at, to: at + 1 }));
  });
}
