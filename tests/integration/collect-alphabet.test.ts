import path from 'node:path';
import { expect, test } from '@jest/globals';
import { readManifest } from '../../src/datasets/version/manifest.ts';
import { ALPHABET, alphabetArchive } from '../helpers/kaggle-archives.ts';
import { withKaggleServer } from '../helpers/kaggle-server.ts';
import { temporaryProject } from '../helpers/project.ts';

const PER_CLASS = 12;
const TRAIN = 'asl_alphabet_train/asl_alphabet_train';
const TEST = 'asl_alphabet_test/asl_alphabet_test';

test("Kaggle's sign-language alphabet comes with its 29 classes, and its test images with their labels", async () => {
  const archive = await alphabetArchive(PER_CLASS);
  const served = { owner: 'grassknoted', slug: 'asl-alphabet', versions: [archive] };
  await withKaggleServer({ datasets: [served] }, async (server) => {
    const { services, run } = await temporaryProject(server.env);
    const collected = await run('collect', { source: 'kaggle:grassknoted/asl-alphabet' });
    const samples = 29 * PER_CLASS + 28;
    expect(collected).toMatchObject({
      flowRun: { state: { kind: 'Completed' } },
      result: { name: 'asl-alphabet', classNames: ALPHABET, samples, testSamples: 28, files: samples },
    });
    expect(collected.messages.filter((message) => message.includes('not samples'))).toEqual([]);

    const version = collected.result as { readonly path: string };
    const { manifest } = (await readManifest(path.join(services.project.dataDir, version.path)))!;
    const labels = new Map(manifest.files.map(({ path: name, label, set }) => [name, [ALPHABET[label!], set]]));
    for (const name of ALPHABET) {
      expect(labels.get(`${TRAIN}/${name}/${name}${PER_CLASS}.jpg`)).toEqual([name, 'train']);
      expect(labels.get(`${TEST}/${name}_test.jpg`)).toEqual(name === 'del' ? undefined : [name, 'test']);
    }

    // One test image a class judges nothing, and `del` has none: they are reported apart.
    const settings = { imageSize: 8, decodeWorkers: 1, validationShare: 0.25, testShare: 0.45 };
    const prepared = await run('prep', settings);
    expect(prepared).toMatchObject({ flowRun: { state: { kind: 'Completed' } }, result: { classNames: ALPHABET } });
    const { splits } = prepared.result as { readonly splits: Readonly<Record<string, number>> };
    expect(splits.apart).toBe(28);
    expect(Object.values(splits).reduce((sum, count) => sum + count, 0)).toBe(samples);
  });
});
