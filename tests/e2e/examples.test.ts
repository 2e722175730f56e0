import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../helpers/dataset-files.ts';
import { CORNERS, drawCorners } from '../helpers/project.ts';
import { runCliHere } from './run-cli.ts';
// Jest cannot link two graphs of modules at the same time, as `run` imports them: these it has before.
import '../../src/cli/execute-run.ts';
import '../../src/app/run-flow.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const home = join(await temporaryFolder(), '.mlflow-ts');

/** Runs the command line from the repository, as the top of each example says, with state of its own. */
async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout, stderr, code } = await runCliHere([...args, '--home', home, '--json'], { cwd: root });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
}

const state = (kind: string) => expect.objectContaining({ state: kind }) as unknown;

test('01-hello-flow greets, again where a greeting failed', async () => {
  const run = await json('run', 'examples/01-hello-flow.ts', '-p', 'failures=2', '-p', 'names=["Ada", "Grace"]');
  expect(run).toEqual({
    flowRun: state('Completed'),
    result: { greetings: ['Hello, Ada', 'Hello, Grace'], tries: [3, 3] },
  });
});

test('02-tracking finds the line, and its runs can be compared', async () => {
  const slow = await json('run', 'examples/02-tracking.ts', '-p', 'rate=0.01');
  const fast = await json('run', 'examples/02-tracking.ts');
  expect((fast.result as { loss: number }).loss).toBeLessThan((slow.result as { loss: number }).loss / 100);
  const { trainingRuns } = await json('experiments', 'show', 'fit-line');
  expect(trainingRuns).toMatchObject([
    { status: 'finished', params: { rate: 0.3, steps: 100 } },
    { status: 'finished', params: { rate: 0.01, steps: 100 } },
  ]);
});

test('03-own-training trains its own model on the public tasks and registers it', async () => {
  const images = await temporaryFolder();
  await drawCorners(images, 24);
  const { result } = await json('run', 'examples/03-own-training/flow.ts:ownTraining', '-p', `source=folder:${images}`);
  expect(result).toMatchObject({ version: 1 });
  expect((result as { testAccuracy: number }).testAccuracy).toBeGreaterThan(1 / CORNERS.length);
  const { versions } = await json('models', 'show', 'nearest-mean');
  expect(versions).toMatchObject([{ version: 1, aliases: ['challenger'] }]);
});

test('04-nightly counts words, takes unchanged files from the cache, and skips a night without news', async () => {
  const first = await json('run', 'examples/04-nightly.ts:nightly', '-p', 'folder=docs');
  expect(first.flowRun).toEqual(state('Completed'));
  const second = await json('run', 'examples/04-nightly.ts:nightly', '-p', 'folder=docs');
  expect(second.result).toEqual(first.result);
  const { subflowRuns, artifacts } = await json('runs', 'show', (second.flowRun as { id: string }).id);
  const [{ taskRuns }] = subflowRuns as [{ taskRuns: { task: string; state: string }[] }];
  const counted = taskRuns.filter(({ task }) => task === 'count-words');
  expect(new Set(counted.map(({ state: kind }) => kind))).toEqual(new Set(['Cached']));
  expect(artifacts).toMatchObject([{ key: 'files' }, { key: 'report', kind: 'markdown' }]);
  const idle = await json('run', 'examples/04-nightly.ts:nightly', '-p', 'folder=docs', '-p', 'newerThan=2100-01-01');
  expect(idle.flowRun).toEqual(state('Skipped'));
});
