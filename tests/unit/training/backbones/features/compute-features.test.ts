import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { computeFeatures } from '../../../../../src/training/backbones/features/compute-features.ts';
import { readFeatureShard } from '../../../../../src/training/backbones/features/feature-shard.ts';
import { quietContext, temporaryFolder } from '../../../../helpers/dataset-files.ts';
import { smallExtraction } from '../../../../helpers/feature-extractions.ts';

const script = fileURLToPath(new URL('../../../../fixtures/cancelled-extraction.js', import.meta.url));

test('cancelled while a batch is computed, the process lives, whole files stay and the next run goes on after them', async () => {
  const folder = await temporaryFolder();
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder]);
  expect(JSON.parse(stdout)).toEqual({ reason: 'enough', files: ['features-00000.safetensors'] });

  const context = quietContext();
  const loaded: number[] = [];
  const extraction = smallExtraction(folder, context);
  const shards = extraction.shards.map((shard, at) => ({
    ...shard,
    load: () => {
      loaded.push(at);
      return shard.load();
    },
  }));
  const index = await computeFeatures({ ...extraction, shards });
  expect(loaded).toEqual([1]);
  expect(context.messages).toEqual(['Going on after 8 of 88 images whose features an earlier run computed']);
  expect(index).toMatchObject({ features: 12, splits: { train: 88 }, shards: [{ count: 8 }, { count: 80 }] });
  // The second file begins with the images of the first.
  const [first, second] = await Promise.all([0, 1].map((at) => readFeatureShard(folder, at, index.id)));
  expect(first!.features.some((value) => value !== 0)).toBe(true);
  first!.features.forEach((value, at) => expect(second!.features[at]).toBeCloseTo(value, 5));
});
