import { expect } from '@jest/globals';
import { systemClock } from '../../../../src/core/clock.ts';
import { openSource } from '../../../../src/datasets/sources/open-source.ts';
import { unpackDownload } from '../../../../src/datasets/unpack-download.ts';
import { createDatasetVersion } from '../../../../src/datasets/version/create-dataset-version.ts';
import { readManifest } from '../../../../src/datasets/version/manifest.ts';
import { quietContext, temporaryFolder } from '../../../helpers/dataset-files.ts';
import { testWithRealData } from '../../../helpers/real-data.ts';

testWithRealData(
  'of the blood cells in VOC’s layout just the two boxes without extent are left out',
  'bccd/bccd.zip',
  async (zip) => {
    const context = quietContext();
    const dataDir = await temporaryFolder();
    const source = await openSource(`voc:${zip}`, { clock: systemClock, cwd: '/' });
    const metadata = await source.describe(context.signal);
    const into = await temporaryFolder();
    const download = await source.download(into, { ...context, metadata, keptFolder: into });
    const unpacked = await unpackDownload(download, into, context);
    const version = await createDatasetVersion({ ...context, ...unpacked, dataDir, metadata });
    expect(version).toMatchObject({ name: 'bccd', samples: 364, testSamples: 72, boxes: 4886, files: 365 });
    expect(version.annotationProblems).toEqual([
      {
        kind: 'no-extent',
        count: 2,
        examples: ['BCCD/Annotations/BloodImage_00338.xml (RBC)', 'BCCD/Annotations/BloodImage_00343.xml (RBC)'],
      },
    ]);
    const { manifest } = (await readManifest(`${dataDir}/${version.path}`))!;
    const counts = manifest.classNames.map((name, label) => [
      name,
      manifest.files.reduce((sum, { boxes = [] }) => sum + boxes.filter((box) => box.label === label).length, 0),
    ]);
    expect(Object.fromEntries(counts)).toEqual({ RBC: 4153, WBC: 372, Platelets: 361 });
    const sets = manifest.files.map(({ set }) => set);
    expect(['train', 'validation', 'test'].map((set) => sets.filter((of) => of === set).length)).toEqual([205, 87, 72]);
  },
);
