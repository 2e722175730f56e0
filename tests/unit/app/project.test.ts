import { afterAll, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProject } from '../../../src/app/project.ts';

const room = mkdtempSync(join(tmpdir(), 'project-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

function folder(...parts: string[]): string {
  const path = join(room, ...parts);
  mkdirSync(path, { recursive: true });
  return path;
}

test('without any mark the current folder is the project', () => {
  const cwd = folder('bare');
  expect(findProject({ cwd, env: {} })).toEqual({
    root: cwd,
    home: join(cwd, '.mlflow-ts'),
    registryPath: join(cwd, '.mlflow-ts', 'registry.db'),
    artifactsDir: join(cwd, '.mlflow-ts', 'artifacts'),
    dataDir: join(cwd, 'data'),
    modelsDir: join(cwd, 'models'),
    foundBy: 'current folder',
  });
});

test('the nearest parent that holds mlflow-ts.yaml or .mlflow-ts is the project', () => {
  const outer = folder('outer');
  writeFileSync(join(outer, 'mlflow-ts.yaml'), '');
  folder('outer', 'inner', '.mlflow-ts');
  const deep = folder('outer', 'inner', 'a', 'b');
  expect(findProject({ cwd: deep, env: {} })).toMatchObject({ root: join(outer, 'inner'), foundBy: '.mlflow-ts' });
  expect(findProject({ cwd: folder('outer', 'other'), env: {} })).toMatchObject({
    root: outer,
    configFile: join(outer, 'mlflow-ts.yaml'),
    foundBy: 'mlflow-ts.yaml',
  });
});

test('--home wins over MLFLOW_TS_HOME, and data and models move with it', () => {
  const cwd = folder('named');
  const env = { MLFLOW_TS_HOME: join(cwd, 'by-environment') };
  expect(findProject({ cwd, env })).toMatchObject({
    home: join(cwd, 'by-environment'),
    dataDir: join(cwd, 'by-environment', 'data'),
    foundBy: 'MLFLOW_TS_HOME',
  });
  expect(findProject({ cwd, env, homeOption: 'by-flag' })).toMatchObject({
    root: cwd,
    registryPath: join(cwd, 'by-flag', 'registry.db'),
    modelsDir: join(cwd, 'by-flag', 'models'),
    foundBy: '--home',
  });
});

test("another project's .mlflow-ts named as home means that project", () => {
  const other = folder('other-project');
  const home = folder('other-project', '.mlflow-ts');
  expect(findProject({ cwd: folder('elsewhere'), env: {}, homeOption: home })).toMatchObject({
    root: other,
    home,
    dataDir: join(other, 'data'),
  });
});

test('a home that is a file is refused with what to do', () => {
  const file = join(folder('file-home'), 'home');
  writeFileSync(file, '');
  expect(() => findProject({ cwd: room, env: {}, homeOption: file })).toThrow(/is a file\. Name a folder/);
});
