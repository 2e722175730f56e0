import { z } from 'zod';

/** What `collect` takes. */
export const collectParameters = z.strictObject({
  source: z
    .string()
    .min(1)
    .default('sample:signs')
    .describe(
      'Where the dataset comes from: sample:signs[?seed=N&perClass=N], folder:PATH, archive:PATH or https://… (zip, tar, tar.gz), cifar:PATH, idx:PATH, voc:PATH[#folder=FOLDER], coco:PATH[#annotations=FILE], kaggle:OWNER/NAME[/versions/N][#file=PATH] or dog-api:[BREED,…]',
    ),
  force: z.boolean().default(false).describe('Download and unpack again even when the local version is current'),
  requireFresh: z
    .boolean()
    .default(false)
    .describe('Fail when the source cannot be reached, instead of using the complete local version with a warning'),
});
