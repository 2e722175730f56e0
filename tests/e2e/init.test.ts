import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../helpers/dataset-files.ts';
import { runCliHere } from './run-cli.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

test('a new project runs as it is, and its test passes', async () => {
  const folder = await temporaryFolder();
  const made = await runCliHere(['init', 'My Flows'], { cwd: folder });
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('flows/census.ts') });
  expect(made.stderr).toContain('cd "My Flows" && mlflow-ts run census');
  const project = join(folder, 'My Flows');
  const { name, scripts } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as {
    name: string;
    scripts: Record<string, string>;
  };
  expect(name).toBe('my-flows');
  expect(await readFile(join(project, '.gitignore'), 'utf8')).toContain('.mlflow-ts/');

  const ran = await runCliHere(['run', 'census', '-c', 'configs/census.yaml', '--json'], { cwd: project });
  expect(JSON.parse(ran.stdout).result).toMatchObject([{ ending: 'ts', files: 1 }]);

  await mkdir(join(project, 'node_modules'));
  await symlink(root, join(project, 'node_modules/mlflow-ts'));
  await symlink(join(root, 'node_modules/zod'), join(project, 'node_modules/zod'));
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(NODE_|JEST_)/.test(key)));
  const tested = await promisify(execFile)('sh', ['-c', scripts.test!], { cwd: project, env });
  expect(tested.stdout).toMatch(/# pass 2\n# fail 0/);
}, 60_000);

test('what is there is not overwritten: it is listed, or kept', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'package.json'), '{}');
  await writeFile(join(folder, 'notes.txt'), 'mine');
  const refused = await runCliHere(['init'], { cwd: folder });
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('would overwrite: package.json.') });
  expect(refused.stderr).toContain('Nothing was written.');
  const kept = await runCliHere(['init', '--keep', '--json'], { cwd: folder });
  expect(JSON.parse(kept.stdout)).toMatchObject({ folder, kept: ['package.json'] });
  expect(await readFile(join(folder, 'package.json'), 'utf8')).toBe('{}');
  const file = await runCliHere(['init', 'notes.txt'], { cwd: folder });
  expect(file).toMatchObject({ code: 2, stderr: expect.stringContaining('is a file') });
});
