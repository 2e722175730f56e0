import type { LayersModel } from '@tensorflow/tfjs-layers';
import { TrainingError } from '../core/errors.ts';
import { rowSize, type Samples } from '../core/samples.ts';
import { isAugmenting } from './augment/augmentation.ts';
import { classifierShape, requireTrainable } from './classifier.ts';
import { describeSizes } from './image-shape.ts';
import { lossOf } from './losses/loss.ts';
import type { TrainingSettings } from './training-settings.ts';

/** @throws TrainingError when settings, model and data do not fit each other, before any time is spent. */
export function checkTrainingInput(input: {
  readonly model: LayersModel;
  readonly settings: TrainingSettings;
  readonly train: Samples;
  readonly validation: Samples;
}): void {
  const { model, settings, train, validation } = input;
  requireTrainable(model, lossOf(settings).name);
  checkSettings(settings);
  requireThat(
    !isAugmenting(settings.augmentation) || train.shape.length === 3,
    `augmentation varies images, these samples are ${describeSizes(train.shape)} features`,
  );
  checkSamples('training', train, model);
  checkSamples('validation', validation, model);
}

function checkSettings({ epochs, batchSize, learningRate, labelSmoothing = 0, earlyStopping }: TrainingSettings): void {
  requireThat(isPositiveInteger(epochs), `epochs must be a whole number from 1, received ${epochs}`);
  requireThat(isPositiveInteger(batchSize), `batchSize must be a whole number from 1, received ${batchSize}`);
  requireThat(learningRate > 0 && learningRate < Infinity, `learningRate must be above 0, received ${learningRate}`);
  requireThat(
    labelSmoothing >= 0 && labelSmoothing < 1,
    `labelSmoothing must be in [0, 1), received ${labelSmoothing}`,
  );
  const patience = earlyStopping?.patience ?? 1;
  requireThat(
    isPositiveInteger(patience),
    `earlyStopping.patience must be a whole number from 1, received ${patience}`,
  );
}

function checkSamples(split: string, data: Samples, model: LayersModel): void {
  const { input, classes } = classifierShape(model);
  requireThat(data.count > 0, `there are no ${split} images; check the split shares and the dataset`);
  requireThat(
    describeSizes(data.shape) === describeSizes(input),
    `the ${split} images are ${describeSizes(data.shape)}, the model takes ${describeSizes(input)}`,
  );
  requireThat(
    data.inputs.length === data.count * rowSize(data) && data.labels.length === data.count,
    `the ${split} split says ${data.count} images but holds ${data.inputs.length} values and ${data.labels.length} labels`,
  );
  const strange = data.labels.find((label) => label < 0 || label >= classes);
  requireThat(
    strange === undefined,
    `a ${split} label is ${strange ?? ''}, the model knows classes 0 to ${classes - 1}`,
  );
}

function isPositiveInteger(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

function requireThat(condition: boolean, otherwise: string): void {
  if (!condition) throw new TrainingError(`Cannot train: ${otherwise}.`);
}
