import { join } from 'node:path';
import { SPLIT_NAMES, type TensorCacheSummary } from '../../datasets/tensor-cache.ts';
import { task } from '../flow-api.ts';

/** Counts the images of every class in every split: the table artifact `classes`. */
export const describeSplits = task(
  { name: 'describe-splits' },
  async (
    {
      cache: { path, classNames, splits },
    }: { readonly cache: Pick<TensorCacheSummary, 'path' | 'classNames' | 'splits'> },
    { services, artifacts, log },
  ): Promise<TensorCacheSummary['splits']> => {
    const { openTensorCache } = await import('../../datasets/cache/open-tensor-cache.ts');
    const { classCounts } = await openTensorCache(join(services.project.dataDir, path));
    const filled = SPLIT_NAMES.filter((split) => (splits[split] ?? 0) > 0);
    await artifacts.table(
      'classes',
      classNames.map((name, label) => ({
        class: name,
        ...Object.fromEntries(filled.map((split) => [split, classCounts[split]?.[label] ?? 0])),
      })),
    );
    log.info(filled.map((split) => `${split} ${splits[split] ?? 0}`).join(', '));
    return splits;
  },
);
