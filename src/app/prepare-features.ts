import { join } from 'node:path';
import { DataError, ParameterError } from '../core/errors.ts';
import type { FeatureCacheId } from '../core/ids.ts';
import type { Logger, ReportProgress } from '../core/logger.ts';
import { openTensorCache, type TensorCache } from '../datasets/cache/open-tensor-cache.ts';
import { startAugmenter, type Augmenter } from '../training/augment/augmenter.ts';
import { channelCount } from '../training/backbones/backbone-spec.ts';
import { openFeatureExtractor } from '../training/backbones/feature-extractor.ts';
import { computeFeatures } from '../training/backbones/features/compute-features.ts';
import { featureCacheId, featureCachePath, type FeatureCopy } from '../training/backbones/features/feature-index.ts';
import { variedTrainingRows } from '../training/backbones/features/varied-rows.ts';
import type { Backbone } from '../training/backbones/open-backbone.ts';
import { describeSizes } from '../training/image-shape.ts';
import { openProjectBackbone } from './backbones.ts';
import type { FeatureReference, VariedCopies } from './feature-reference.ts';
import type { AppServices } from './services.ts';
import type { CacheReference } from './tensor-caches.ts';

/** Features that are there, and the backbone they come from. */
export type PreparedFeatures = { readonly reference: FeatureReference; readonly backbone: Backbone };

export type FeaturesWanted = {
  readonly cache: CacheReference;
  readonly backbone: string;
  readonly copies?: VariedCopies | undefined;
  readonly threads: number;
};

/**
 * Computes the features of a tensor cache's images with a backbone, or finds them.
 * @throws ParameterError when the images have another size than the backbone takes; what openBackbone and computeFeatures throw.
 */
export async function prepareFeatures(
  services: AppServices,
  wanted: FeaturesWanted,
  reporting: { readonly signal: AbortSignal; readonly log: Logger; readonly progress: ReportProgress },
): Promise<PreparedFeatures> {
  const { cache, threads } = wanted;
  const { dataDir } = services.project;
  const backbone = await openProjectBackbone(services, wanted.backbone, reporting);
  requireSize(cache, backbone);
  const images = await openTensorCache(join(dataDir, cache.path));
  const common = { backbone, tensorCacheId: cache.id, datasetVersionId: cache.datasetVersionId };
  const caches: FeatureCacheId[] = [];
  let features = 0;
  for (const copy of [undefined, ...copiesOf(wanted.copies)]) {
    const source = { ...common, ...(copy === undefined ? {} : { copy }) };
    const id = featureCacheId(source);
    const label = copy === undefined ? {} : { label: `copy ${copy.number}` };
    const augmenter = copy && startAugmenter({ ...copy, image: cache.image });
    try {
      const index = await computeFeatures({
        folder: join(dataDir, featureCachePath(id)),
        source,
        shards: augmenter === undefined ? images.shards : variedShards(images, augmenter, copy?.number ?? 0),
        openExtractor: () => openFeatureExtractor(backbone, { threads }),
        ...reporting,
        progress: (done) => reporting.progress({ ...done, ...label }),
      });
      caches.push(id);
      features = index.features;
    } finally {
      await augmenter?.close();
    }
  }
  const { spec, sha256 } = backbone;
  const reference = { backbone: wanted.backbone, name: spec.name, sha256, features, caches };
  return { backbone, reference: wanted.copies === undefined ? reference : { ...reference, copies: wanted.copies } };
}

function copiesOf(copies: VariedCopies | undefined): FeatureCopy[] {
  if (copies === undefined) return [];
  const { number, ...same } = copies;
  return Array.from({ length: number }, (_, index) => ({ number: index + 1, ...same }));
}

/** Files of the cache whose training images are varied on their way; what else is in them is left out. */
function variedShards({ shards }: TensorCache, augmenter: Augmenter, copy: number) {
  let first = 0;
  return shards.map((shard) => {
    const place = { copy, first };
    first += shard.count;
    return { count: shard.count, load: async () => variedTrainingRows(await shard.load(), augmenter, place) };
  });
}

/**
 * The same features once more, for who comes later: they are computed anew when they were removed.
 * @throws DataError when the backbone's file or description is another by now.
 */
export async function prepareSameFeatures(
  services: AppServices,
  wanted: Omit<FeaturesWanted, 'backbone'> & { readonly reference: FeatureReference },
  reporting: { readonly signal: AbortSignal; readonly log: Logger; readonly progress: ReportProgress },
): Promise<PreparedFeatures> {
  const { reference } = wanted;
  const { backbone, copies } = reference;
  const prepared = await prepareFeatures(services, { ...wanted, backbone, copies }, reporting);
  if (prepared.reference.caches.join() === reference.caches.join()) return prepared;
  throw new DataError(
    `Backbone ${reference.name} has changed since the study: its file had SHA-256 ${reference.sha256}, now ` +
      `${prepared.reference.sha256}, or its description differs. Bring the former back, or search anew.`,
  );
}

function requireSize({ image }: CacheReference, { spec }: Backbone): void {
  const expected = [spec.input.height, spec.input.width, channelCount(spec.input)];
  const found = [image.height, image.width, image.channels];
  if (describeSizes(expected) === describeSizes(found)) return;
  throw new ParameterError(
    `Backbone ${spec.name} takes images of ${describeSizes(expected)}, the tensor cache holds ${describeSizes(found)}. ` +
      `Run prep with backbone=${spec.name}.`,
  );
}
