import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { sha256OfFile } from '../../src/storage/hash-file.ts';
import { runCli, SHIPPED, startCli } from './run-cli.ts';
import { smallProject } from './small-project.ts';

const pipeline = (...args: string[]) => ['run', 'pipeline', '-c', 'small.yaml', '--json', ...args];
const completed = async (cwd: string, ...args: string[]): Promise<void> =>
  expect(await runCli(args, { cwd, script: SHIPPED })).toMatchObject({ code: 0 });
const versionFolder = (folder: string) => path.join(folder, 'models', 'corners', '1');

/** SHA-256 of each file of the first model version but its card, by its path. */
async function modelFiles(folder: string): Promise<Record<string, string>> {
  const root = versionFolder(folder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => file !== 'model.json');
  const hashed = files.map(async (file) => [file, await sha256OfFile(path.join(root, file))] as const);
  return Object.fromEntries(await Promise.all(hashed));
}

/** The card without what says when it was made and by which training run. */
async function cardOfModel(folder: string): Promise<Record<string, unknown>> {
  const card = JSON.parse(await readFile(path.join(versionFolder(folder), 'model.json'), 'utf8')) as object;
  const { createdAt, trainingRun, ...rest } = card as Record<string, unknown>;
  expect([createdAt, trainingRun]).toEqual([expect.any(String), expect.any(String)]);
  return rest;
}

/** Stops the pipeline while the final training runs, and lets a retry finish it. */
async function completedAfterAStop(cwd: string, ...args: string[]): Promise<void> {
  const started = startCli(args, { cwd, script: SHIPPED });
  await started.stderrShows('train-finalist trial');
  started.child.kill('SIGINT');
  const { stdout } = await started.ended;
  const { flowRun } = JSON.parse(stdout) as { flowRun: { id: string; state: string } };
  expect(flowRun.state).toBe('Cancelled');
  await completed(cwd, 'runs', 'retry', flowRun.id);
}

test('the same inputs, seeds and threads give the same model to the bit; another seed gives another', async () => {
  const [first, second, stopped, other] = await Promise.all([
    smallProject(),
    smallProject(),
    smallProject(),
    smallProject(),
  ]);
  await Promise.all([completed(first, ...pipeline()), completed(second, ...pipeline())]);
  // Neither trials at once nor a retry in the middle of a training change the model.
  await Promise.all([
    completedAfterAStop(stopped, ...pipeline('--workers', '2')),
    completed(other, ...pipeline('-p', 'seed=5')),
  ]);

  const files = await modelFiles(first);
  expect(Object.keys(files).sort()).toEqual([
    'layers/model.json',
    'layers/weights.bin',
    'model.onnx',
    'test-predictions.json',
  ]);
  expect(await modelFiles(second)).toEqual(files);
  expect(await cardOfModel(second)).toEqual(await cardOfModel(first));
  expect(await modelFiles(stopped)).toEqual(files);
  expect((await modelFiles(other))['layers/weights.bin']).not.toBe(files['layers/weights.bin']);
});
