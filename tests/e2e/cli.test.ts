import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { column, runCli, SHIPPED } from './run-cli.ts';
import type { Ended } from './run-cli.ts';

const cwd = mkdtempSync(join(tmpdir(), 'cli-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const cli = (...args: string[]): Promise<Ended> => runCli(args, { cwd, script: SHIPPED });

test('--help groups the commands and shows examples; a noun alone tells its commands', async () => {
  const { code, stdout } = await cli('--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(/Run:\n[^]*Look at:\n[^]*Set up:\n[^]*Examples:\n {2}\$ mlflow-ts run pipeline/);
  expect((await cli()).stdout).toBe(stdout);
  expect((await cli('help', 'run')).stdout).toContain('Exit codes:');
  expect((await cli('runs')).stderr).toContain('retry [options] <run>');
});

test('--version is the version of the package', async () => {
  expect((await cli('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('flows are listed and shown with their parameters; the noun may be singular', async () => {
  const rows = JSON.parse((await cli('flow', 'ls', '--json')).stdout);
  expect(column(rows, 'name')).toEqual(expect.arrayContaining(['collect', 'prep', 'hpo', 'register', 'pipeline']));
  const { stdout } = await cli('flows', 'show', 'collect');
  expect(stdout).toMatch(/^source +text +"sample:signs"/m);
  expect((await cli('flows', 'show', 'colect')).stderr).toContain('Did you mean "collect"?');
  const shown = JSON.parse((await cli('flows', 'show', 'hpo', '--json')).stdout);
  expect(shown.parameters).toContainEqual(
    expect.objectContaining({ name: 'trials', type: expect.stringContaining('integer') }),
  );
});

test('config show prints a config file, and with --sources where each value comes from', async () => {
  writeFileSync(join(cwd, 'mine.yaml'), 'hpo:\n  trials: 6\n');
  const { stdout } = await cli('config', 'show', 'pipeline', '-c', 'mine.yaml', '-p', 'seed=7', '--sources');
  expect(stdout).toContain('trials: 6 # mine.yaml:2');
  expect(stdout).toContain('seed: 7 # -p');
  expect(stdout).toContain('source: sample:signs # default');
  writeFileSync(join(cwd, 'all.yaml'), (await cli('config', 'show')).stdout);
  const again = await cli('config', 'show', '-c', 'all.yaml');
  expect(again.code).toBe(0);
  expect(Object.keys(parse(again.stdout) as object)).toContain('pipeline');
});

test('doctor looks at the machine; a damaged registry is exit 4, for every command', async () => {
  const { code, stdout } = await cli('doctor', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ healthy: true });
  const home = join(cwd, 'damaged');
  mkdirSync(home);
  writeFileSync(join(home, 'registry.db'), 'not a database at all, just text '.repeat(100));
  const ill = await cli('doctor', '--home', home);
  expect(ill.code).toBe(4);
  expect(ill.stdout).toContain('mlflow-ts cannot work here yet.');
  expect((await cli('runs', 'ls', '--home', home)).code).toBe(4);
});

test('without a terminal nothing is coloured', async () => {
  const { stdout, stderr } = await cli('flows', 'ls');
  expect(stdout + stderr).not.toContain('\u001b[');
  const forced = await runCli(['flows', 'ls'], { cwd, script: SHIPPED, env: { FORCE_COLOR: '1' } });
  expect(forced.stdout).toContain('\u001b[');
});
