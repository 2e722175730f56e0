import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { catalogue } from '../../flows/catalogue.ts';
import { makeImageFolders, makePng, temporaryFolder, writeFiles } from '../helpers/dataset-files.ts';
import { column, runCliHere } from './run-cli.ts';

let cwd = '';
const cli = (...args: string[]) => runCliHere(args, { cwd, catalogue });
const json = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await cli(...args, '--json')).stdout) as Record<string, unknown>;

async function collect(): Promise<{ id: string; path: string }> {
  const { code, stdout } = await cli('run', 'collect', '-p', 'source=folder:photos', '-p', 'force=true', '--json');
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { result: { id: string; path: string } }).result;
}

beforeAll(async () => {
  cwd = await temporaryFolder();
  await makeImageFolders(path.join(cwd, 'photos'), ['cat', 'dog'], 3);
});

test('data verify names what is not as it was collected, ends with 1, and its remedy helps', async () => {
  const { path: folder } = await collect();
  const whole = await cli('data', 'verify');
  expect(whole).toMatchObject({ code: 0 });
  expect(whole.stdout).toMatch(/photos [0-9a-f]{12} is as it was collected: 6 files/);

  const file = path.join(cwd, 'data', folder, 'files', 'cat', '1.png');
  const bytes = await readFile(file);
  bytes[30]! ^= 4;
  await writeFile(file, bytes);
  const found = await cli('data', 'verify', 'photos');
  expect(found.code).toBe(1);
  expect(found.stdout).toMatch(/changed .*cat\/1\.png\n/);
  expect(found.stdout).toContain('is not as it was collected: 1 problem, 6 files expected');
  expect(await json('data', 'verify')).toMatchObject({ sound: false, files: 6, problems: [{ path: 'cat/1.png' }] });

  const remedy = /Collect it again: mlflow-ts (?<args>.+)/.exec(found.stderr)!.groups!.args!;
  expect((await cli(...remedy.split(' '))).code).toBe(0);
  expect((await cli('data', 'verify')).code).toBe(0);
  expect((await cli('data', 'verify', 'nothing')).code).toBe(2);
});

test('data diff says what was added, removed and relabelled, by class', async () => {
  const { id: first } = await collect();
  const photos = path.join(cwd, 'photos');
  await writeFiles(photos, { 'dog/new.png': await makePng(991) });
  await rename(path.join(photos, 'cat/2.png'), path.join(photos, 'dog/was-a-cat.png'));
  await rm(path.join(photos, 'cat/0.png'));
  const { id: second } = await collect();
  const { stdout } = await cli('data', 'diff', first, second);
  expect(stdout).toContain('1 added · 1 removed · 1 relabelled (6 samples → 6)');
  expect(stdout).toMatch(/cat +3 +0 +1 +0 +0 +1 +1\n/);
  expect(stdout).toMatch(/relabelled +cat → dog +cat\/2\.png → dog\/was-a-cat\.png/);
  const diff = await json('data', 'diff', first, 'latest');
  expect(diff).toMatchObject({ from: { id: first }, to: { id: second }, changed: [], renamed: [] });
  expect(column(diff.added, 'path')).toEqual(['dog/new.png']);
  expect((await cli('data', 'diff', first, first)).stdout).toContain('The same files with the same labels.');
  expect((await cli('data', 'diff', first, second, '--limit', '0')).code).toBe(2);
});

test('data describe prints tables and writes a report that asks for nothing outside itself', async () => {
  await collect();
  const { code, stdout } = await cli('data', 'describe', '--workers', '1', '--report', 'about.html');
  expect(code).toBe(0);
  expect(stdout).toMatch(/Sizes +12 × 12 \(6 images\)/);
  expect(stdout).toMatch(/\nCLASS +IMAGES\ncat +1\ndog +5\n/);
  expect(stdout).toContain(`Wrote ${path.join(cwd, 'about.html')}`);
  const page = await readFile(path.join(cwd, 'about.html'), 'utf8');
  expect(page).not.toMatch(/<script|src="(?!data:)|url\(|@import/);
  expect(page).toContain('prefers-color-scheme:dark');
  expect(page.match(/<img src="data:image\/webp;base64,/g)!.length).toBeGreaterThanOrEqual(2);
  for (const heading of ['Classes', 'Sizes', 'Pixels', 'Near-duplicates', 'Brightness', 'Sharpness', 'Samples']) {
    expect(page).toContain(`<h2>${heading}</h2>`);
  }
  const found = await json('data', 'describe', 'photos');
  expect(found).toMatchObject({ images: 6, unreadable: [], tensorCache: null, channels: { grey: 0, colour: 6 } });
  expect(found.report).toMatch(/data\/reports\/photos-[0-9a-f]{12}\.html$/);
});
