import type { LayersModel } from '@tensorflow/tfjs-layers';
import { samplesOf, type Samples } from '../core/samples.ts';
import type { TensorCache } from '../datasets/cache/open-tensor-cache.ts';
import { loadFeatures } from '../training/backbones/features/load-features.ts';
import { linearDiscriminant, type LinearClassifier } from '../training/backbones/linear-discriminant.ts';
import { buildHead, buildModel } from '../training/build-model.ts';
import { headFor } from '../training/classifier.ts';
import { lossOf } from '../training/losses/loss.ts';
import type { TensorFlow } from '../training/tensorflow.ts';
import type { TrainingJob } from './training-job-schema.ts';

/** What a model learns from and is validated on, and the untrained model that takes it. */
export type TrainingData = {
  readonly train: Samples;
  readonly validation: Samples;
  buildModel(tf: TensorFlow): LayersModel;
};

/**
 * Loads the images of a tensor cache, or the features of a backbone for them.
 * @throws NotFoundError or DataError for the caches; `buildModel` ParameterError for the architecture.
 */
export async function loadTrainingData({ features, settings }: TrainingJob, cache: TensorCache): Promise<TrainingData> {
  const { architecture, seed } = settings;
  const { classNames, image } = cache.summary;
  const head = headFor(lossOf(settings).name);
  if (features === undefined) {
    const [train, validation] = await Promise.all([cache.load('train'), cache.load('validation')]);
    return {
      train: samplesOf(train),
      validation: samplesOf(validation),
      buildModel: (tf) => buildModel(tf, architecture, image, classNames.length, seed, head),
    };
  }
  const [asTheyAre] = features.folders;
  const train = await loadFeatures(features.folders, 'train');
  const validation = await loadFeatures([asTheyAre!], 'validation');
  const width = train.shape[0] ?? 0;
  return {
    train,
    validation,
    buildModel: (tf) => {
      const model = buildHead(tf, architecture, width, classNames.length, seed, head);
      const shrinkage = Number(architecture.parameters.shrinkage ?? 0);
      if (shrinkage > 0) startAtDiscriminant(tf, model, linearDiscriminant(train, classNames.length, shrinkage));
      return model;
    },
  };
}

/** The head is one dense layer. */
function startAtDiscriminant({ core }: TensorFlow, head: LayersModel, { kernel, bias }: LinearClassifier): void {
  const classes = bias.length;
  core.tidy(() => head.setWeights([core.tensor(kernel, [kernel.length / classes, classes]), core.tensor(bias)]));
}
