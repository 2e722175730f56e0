import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createTestHarness, type TestHarness } from 'mlflow-ts';
import { census } from '../flows/census.ts';

let harness: TestHarness;
let folder: string;
before(async () => {
  harness = await createTestHarness();
  folder = await mkdtemp(join(tmpdir(), 'census-'));
});
after(async () => {
  await harness.close();
  await rm(folder, { recursive: true });
});

void test('the census counts files by their ending', async () => {
  await writeFile(join(folder, 'a.txt'), 'one');
  await writeFile(join(folder, 'b.txt'), 'three');
  await writeFile(join(folder, 'LICENCE'), '');
  const run = await harness.run(census, { folder });
  assert.deepEqual(run.result, [
    { ending: 'none', files: 1, bytes: 0 },
    { ending: 'txt', files: 2, bytes: 8 },
  ]);
  assert.deepEqual(run.trainingRun?.metrics, { bytes: 8, files: 3 });
  assert.equal(run.taskRuns.filter(({ task }) => task === 'measure-file').length, 3);
});

void test('a folder that is not there fails the run', async () => {
  const run = await harness.run(census, { folder: join(folder, 'nowhere') });
  assert.equal(run.state.kind, 'Failed');
  assert.equal(run.error?.code, 'ENOENT');
});
