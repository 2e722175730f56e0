import { ParameterError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { DatasetVersion } from '../../datasets/dataset-version.ts';
import type { PrepSettings, SplitSettings } from '../../datasets/tensor-cache.ts';
import { task } from '../flow-api.ts';
import type { AppServices } from '../services.ts';

/** How images are to be decoded and divided: the parameters of the flow `prep`. */
export type WantedPrep = {
  readonly imageSize: number | { readonly height: number; readonly width: number };
  readonly channels: 1 | 3;
  /** Size and channels are those that it takes. */
  readonly backbone?: string | undefined;
  readonly split: 'auto' | 'hash' | 'folders';
  readonly validationShare: number;
  readonly testShare: number;
  readonly splitSalt: string;
  readonly testFolder: 'apart' | 'merge';
  readonly maxBrokenShare: number;
};

/** Decides how the images are decoded and divided; a source with its own test set keeps it unless told otherwise. */
export const planSplit = task(
  { name: 'plan-split' },
  async (
    { version, ...wanted }: WantedPrep & { readonly version: DatasetVersion },
    { log, services },
  ): Promise<PrepSettings> => {
    const { refuseDetection } = await import('../../datasets/boxes/refuse-detection.ts');
    refuseDetection(version);
    const { height, width, channels } = await imageShapeOf(wanted, services, log);
    const split = chooseSplit(wanted, version);
    log.info(
      split.kind === 'folders'
        ? `The source's own ${version.testSamples} test images are the test split`
        : `Train, validation and test are divided by the hash of the pixels${apartNote(split, version)}`,
    );
    return { height, width, channels, split, maxBrokenShare: wanted.maxBrokenShare };
  },
);

type WantedShape = Pick<PrepSettings, 'height' | 'width' | 'channels'>;

async function imageShapeOf(wanted: WantedPrep, services: AppServices, log: Logger): Promise<WantedShape> {
  const { imageSize: size, channels, backbone } = wanted;
  if (backbone === undefined) {
    return typeof size === 'number' ? { height: size, width: size, channels } : { ...size, channels };
  }
  const { describeBackbone } = await import('../backbones.ts');
  const { channelCount } = await import('../../training/backbones/backbone-spec.ts');
  const { name, input } = await describeBackbone(services, backbone);
  const shape = { height: input.height, width: input.width, channels: channelCount(input) };
  log.info(`Images of ${shape.height}×${shape.width}×${shape.channels}, as backbone ${name} takes them`);
  return shape;
}

/** A test set with fewer images a class judges nothing: the sign-language alphabet on Kaggle has one. */
const LEAST_TEST_IMAGES_A_CLASS = 2;

function chooseSplit(wanted: WantedPrep, version: DatasetVersion): SplitSettings {
  const ownTestSet = version.testSamples > 0;
  const judges = version.testSamples >= LEAST_TEST_IMAGES_A_CLASS * version.classNames.length;
  const kind = wanted.split === 'auto' ? (judges ? 'folders' : 'hash') : wanted.split;
  const { validationShare: validation, testShare: test, splitSalt: salt, testFolder } = wanted;
  if (kind === 'hash') return { kind, train: trainShare(validation, test), validation, test, salt, testFolder };
  if (ownTestSet) return { kind, validation, salt };
  throw new ParameterError(
    `${version.name} has no test set of its own: split cannot be "folders". Use "hash" or "auto".`,
  );
}

function trainShare(validation: number, test: number): number {
  const train = 1 - validation - test;
  if (train > 0) return train;
  throw new ParameterError(
    `validationShare ${validation} and testShare ${test} leave nothing to train on; together they must be below 1.`,
  );
}

function apartNote(split: SplitSettings, version: DatasetVersion): string {
  if (split.kind !== 'hash' || version.testSamples === 0) return '';
  return split.testFolder === 'apart' ? `; the source's own ${version.testSamples} test images are reported apart` : '';
}
