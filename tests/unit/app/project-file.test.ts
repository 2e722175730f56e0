import { expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProjectFile } from '../../../src/app/project-file.ts';

async function read(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'project-file-'));
  try {
    await writeFile(join(folder, 'mlflow-ts.yaml'), text);
    return readProjectFile(join(folder, 'mlflow-ts.yaml'), ['prep']);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('mlflow-ts.yaml lists flows and names an experiment; it may be empty', async () => {
  const text = 'experiment: houses\nflows:\n  census: ./flows/census.ts:census\n';
  expect(await read(text)).toEqual({ experiment: 'houses', flows: { census: './flows/census.ts:census' } });
  expect(await read('')).toEqual({ flows: {} });
  expect(await read('flows:\n')).toEqual({ flows: {} });
});

test('all problems of mlflow-ts.yaml are told at once, with their lines', async () => {
  const text = 'flow: {}\nexperiment: 3\nflows:\n  census: 7\n  prep: ./prep.ts:prep\n  night: nightly\n';
  const error = await read(text).then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  );
  const told = error?.message.split('\n').slice(1);
  expect(told).toEqual(
    expect.arrayContaining([
      '  mlflow-ts.yaml:1: unknown "flow". Did you mean "flows"?',
      '  mlflow-ts.yaml:2: experiment: expected the name of an experiment.',
      '  mlflow-ts.yaml:4: flows.census: expected a file and a flow of it, e.g. ./flows/census.ts:census.',
      '  mlflow-ts.yaml:5: flows.prep: "prep" is a built-in flow; name yours otherwise.',
      '  mlflow-ts.yaml:6: flows.night: expected a file and a flow of it, e.g. ./flows/census.ts:census.',
    ]),
  );
  expect(told).toHaveLength(5);
});

test('mlflow-ts.yaml that is no YAML is told as such', async () => {
  await expect(read('flows: [\n')).rejects.toThrow('is not YAML');
});
