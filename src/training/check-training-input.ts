import type { LayersModel } from '@tensorflow/tfjs-layers';
import { TrainingError } from '../core/errors.ts';
import { rowSize, type Samples } from '../core/samples.ts';
import { isAugmenting } from './augment/augmentation.ts';
import { classifierShape, labelledClasses, requireTrainable } from './classifier.ts';
import { describeSizes } from './image-shape.ts';
import { lossOf } from './losses/loss.ts';
import type { TrainingSettings } from './training-settings.ts';

type TrainingInput = {
  readonly model: LayersModel;
  readonly settings: TrainingSettings;
  readonly train: Samples;
  readonly validation: Samples;
  readonly classNames?: readonly string[];
};

/** @throws TrainingError when settings, model and data do not fit each other, before any time is spent. */
export function checkTrainingInput({ model, settings, train, validation, classNames }: TrainingInput): void {
  requireTrainable(model, lossOf(settings).name);
  checkSettings(settings);
  requireThat(
    !isAugmenting(settings.augmentation) || train.shape.length === 3,
    `augmentation varies images, these samples are ${describeSizes(train.shape)} features`,
  );
  checkClassNames(classNames, model);
  checkSamples('training', train, model);
  checkSamples('validation', validation, model);
}

const RANGES = [
  {
    names: ['labelSmoothing', 'momentum'],
    fits: (value: number) => value >= 0 && value < 1,
    range: 'in [0, 1)',
  },
  {
    names: ['warmupEpochs', 'weightDecay', 'l1', 'l2', 'focalGamma', 'leastLearningRate', 'frozenEpochs'],
    fits: (value: number) => value >= 0 && value < Infinity,
    range: '0 or more',
  },
  {
    names: [
      'unfrozenLearningRate',
      'clipNorm',
      'clipValue',
      'huberDelta',
      'focalAlpha',
      'decayEvery',
      'decayFactor',
      'plateauPatience',
    ],
    fits: (value: number) => value > 0 && value < Infinity,
    range: 'above 0',
  },
] as const;

function checkSettings(settings: TrainingSettings): void {
  const { epochs, batchSize, learningRate, earlyStopping, clipNorm, clipValue } = settings;
  requireThat(isPositiveInteger(epochs), `epochs must be a whole number from 1, received ${epochs}`);
  requireThat(isPositiveInteger(batchSize), `batchSize must be a whole number from 1, received ${batchSize}`);
  requireThat(learningRate > 0 && learningRate < Infinity, `learningRate must be above 0, received ${learningRate}`);
  for (const { names, fits, range } of RANGES) {
    for (const name of names) {
      const value = settings[name];
      requireThat(value === undefined || fits(value), `${name} must be ${range}, received ${value ?? ''}`);
    }
  }
  requireThat(clipNorm === undefined || clipValue === undefined, 'clipNorm and clipValue exclude each other');
  const patience = earlyStopping?.patience ?? 1;
  requireThat(
    isPositiveInteger(patience),
    `earlyStopping.patience must be a whole number from 1, received ${patience}`,
  );
}

function checkClassNames(classNames: readonly string[] | undefined, model: LayersModel): void {
  const { classes, layer } = labelledClasses(model);
  requireThat(
    classNames === undefined || classNames.length <= classes,
    `the data has ${classNames?.length ?? 0} classes (${classNames?.join(', ') ?? ''}), the model's last layer '${layer}' tells ` +
      `${classes} apart; give it as many units as there are classes`,
  );
}

function checkSamples(split: string, data: Samples, model: LayersModel): void {
  const { input } = classifierShape(model);
  const { classes, layer } = labelledClasses(model);
  requireThat(data.count > 0, `there are no ${split} images; check the split shares and the dataset`);
  requireThat(
    describeSizes(data.shape) === describeSizes(input),
    `the ${split} images are ${describeSizes(data.shape)}, the model takes ${describeSizes(input)}`,
  );
  requireThat(
    data.inputs.length === data.count * rowSize(data) && data.labels.length === data.count,
    `the ${split} split says ${data.count} images but holds ${data.inputs.length} values and ${data.labels.length} labels`,
  );
  const strange = data.labels.findIndex((label) => label < 0 || label >= classes);
  requireThat(
    strange === -1,
    `a ${split} label is ${data.labels[strange] ?? ''} (sample ${strange}), the model knows classes 0 to ${classes - 1}, ` +
      `the outputs of its last layer '${layer}'`,
  );
}

function isPositiveInteger(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

function requireThat(condition: boolean, otherwise: string): void {
  if (!condition) throw new TrainingError(`Cannot train: ${otherwise}.`);
}
