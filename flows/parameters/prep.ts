import { z } from 'zod';

const pixels = z.int().min(8).max(1024);

/** What `prep` takes. */
export const prepParameters = z.strictObject({
  datasetVersion: z
    .string()
    .min(1)
    .default('latest')
    .describe('Id or id prefix of the dataset version, a dataset name for its newest, or "latest"'),
  imageSize: z
    .union([pixels, z.strictObject({ height: pixels, width: pixels })])
    .default(32)
    .describe('Side of the resized images in pixels, or {"height": H, "width": W}'),
  channels: z
    .union([z.literal(1), z.literal(3)])
    .default(1)
    .describe('1 for grey, 3 for colour'),
  backbone: z
    .string()
    .min(1)
    .optional()
    .describe('Size and channels are those this network takes, whatever imageSize and channels say'),
  split: z
    .enum(['auto', 'hash', 'folders'])
    .default('auto')
    .describe(
      'hash: by the hash of the pixels; folders: the test set of the source; auto: that when it has two images a class or more, else hash',
    ),
  validationShare: z.number().min(0.01).max(0.5).default(0.15).describe('Share of the samples kept for validation'),
  testShare: z
    .number()
    .min(0.01)
    .max(0.5)
    .default(0.15)
    .describe('Share of the samples kept for the test (split: hash)'),
  splitSalt: z.string().default('mlflow-ts').describe('Another salt gives another split'),
  testFolder: z
    .enum(['apart', 'merge'])
    .default('apart')
    .describe(
      "With split: hash, the source's own test folder is reported apart or merged with the rest before splitting",
    ),
  maxBrokenShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('Largest share of images that may be broken; they are left out and listed'),
  decodeWorkers: z.int().min(1).max(64).default(2).describe('Processes that decode images at once'),
});
