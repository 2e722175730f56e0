import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { column, runCliHere } from './run-cli.ts';

let cwd = '';
const cli = (...args: string[]) => runCliHere(args, { cwd });
const json = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await cli(...args, '--json')).stdout) as Record<string, unknown>;

beforeAll(async () => {
  cwd = mkdtempSync(path.join(tmpdir(), 'cli-retention-'));
  for (const name of ['one', 'two', 'three']) await cli('run', 'hello', '--name', name);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

test('runs prune says what would go, asks, and deletes no more than that', async () => {
  const options = ['runs', 'prune', '--older-than', '0h', '--keep', '1'];
  const shown = await cli(...options, '--dry-run');
  expect(shown.stdout).toMatch(
    /Would delete 2 flow runs, 2 task runs, 2 log lines, 0 artifacts, 2 results and 0 stored/,
  );
  expect((await cli(...options)).stderr).toContain('-y');
  const planned = await json(...options, '--dry-run');
  expect(planned).toMatchObject({ dryRun: true, kept: [], freed: { flowRuns: 2, taskRuns: 2, files: 0 } });
  expect(column(planned.runs, 'name')).toEqual(['one', 'two']);
  const done = await json(...options, '-y');
  expect(done).toMatchObject({ dryRun: false, freed: { flowRuns: 2, taskRuns: 2, logs: 2, results: 2, fileBytes: 0 } });
  expect(column(JSON.parse((await cli('runs', 'ls', '--json')).stdout), 'name')).toEqual(['three']);
  expect((await cli(...options, '-y')).stderr).toContain('No flow run is old enough');
});

test('runs prune refuses what it does not understand', async () => {
  const refused = async (...args: string[]) => (await cli('runs', 'prune', ...args, '-y')).stderr;
  expect(await refused('--older-than', 'yesterday')).toContain('--older-than yesterday is neither a duration');
  expect(await refused('--keep', '-1')).toContain('--keep -1 is not a whole number');
  expect(await refused('--state', 'running')).toContain('has not ended');
  expect(await refused('--state', 'fialed')).toContain('Did you mean "Failed"?');
});

test('data gc says what nobody needs, and removes it', async () => {
  const leftover = path.join(cwd, '.mlflow-ts', 'work', 'model-1');
  mkdirSync(leftover, { recursive: true });
  writeFileSync(path.join(leftover, 'model.onnx'), 'x'.repeat(2_000));
  expect((await cli('data', 'gc', '--dry-run')).stderr).toContain('nothing on the disk');
  const options = ['data', 'gc', '--min-age', '0h'];
  const item = { kind: 'work folder', path: leftover, bytes: 2_000, why: 'its task has ended' };
  expect(await json(...options, '--dry-run')).toEqual({
    dryRun: true,
    items: [item],
    freed: { items: 1, bytes: 2_000, registryBytes: 0 },
  });
  expect((await cli(...options)).stderr).toContain('-y');
  expect(await json(...options, '-y')).toMatchObject({
    dryRun: false,
    items: [item],
    freed: { items: 1, bytes: 2_000 },
  });
  expect((await cli('data', 'rm', 'nothing', '-y')).code).toBe(2);
});
