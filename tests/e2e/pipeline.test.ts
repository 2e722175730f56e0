import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '../helpers/dataset-files.ts';
import { catalogue } from '../../flows/catalogue.ts';
import { defaultSpace } from '../../src/app/default-space.ts';
import { column, runCli, runCliHere, SHIPPED, startCli } from './run-cli.ts';
import { smallProject } from './small-project.ts';

const cli = (cwd: string, ...args: string[]) => runCli(args, { cwd, script: SHIPPED });
/** What only looks, and loads no flow, is done in this process, which is quicker. */
const json = async (cwd: string, ...args: string[]): Promise<unknown> =>
  JSON.parse((await runCliHere([...args, '--json'], { cwd, catalogue })).stdout);

test('from an empty folder to a promoted model that predicts', async () => {
  const folder = await smallProject();
  const run = await cli(folder, 'run', 'pipeline', '-c', 'small.yaml', '--json');
  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('train-finalist') });
  expect(JSON.parse(run.stdout)).toEqual({
    flowRun: {
      id: expect.any(String),
      flow: 'pipeline',
      state: 'Completed',
      startedAt: expect.any(String),
      endedAt: expect.any(String),
    },
    result: {
      datasetVersion: expect.stringMatching(/^[0-9a-f]{64}$/),
      study: expect.any(String),
      model: { name: 'corners', version: 1, aliases: ['champion'] },
      metrics: expect.objectContaining({ testAccuracy: expect.any(Number) }),
      promotion: { decision: 'promoted', reason: expect.any(String) },
    },
  });

  expect(column(await json(folder, 'runs', 'ls'), 'flow')).toEqual(['pipeline']);
  expect(column(await json(folder, 'runs', 'ls', '--all'), 'flow').sort()).toEqual([
    'collect',
    'hpo',
    'pipeline',
    'prep',
    'register',
  ]);
  expect(await json(folder, 'data', 'ls')).toMatchObject([{ name: 'corners', samples: 90 }]);
  expect(column(await json(folder, 'trials', 'ls'), 'state')).toEqual(['complete', 'complete']);
  expect(await json(folder, 'models', 'ls')).toMatchObject([{ name: 'corners', aliases: { champion: 1 } }]);

  await mkdir(path.join(folder, 'mine'));
  await writeFile(path.join(folder, 'mine', '1.png'), await readFile(path.join(folder, 'corners', 'top', '3.png')));
  const predicted = await cli(folder, 'predict', 'mine/1.png', '--model', 'corners@champion', '--json');
  expect(predicted.code).toBe(0);
  expect(JSON.parse(predicted.stdout)).toMatchObject({ images: [{ path: 'mine/1.png', label: 'top' }] });
}, 120_000);

test('Ctrl-C stops the trainings; a retry goes on where it stopped', async () => {
  const folder = await smallProject();
  const args = ['run', 'pipeline', '-c', 'small.yaml', '-p', 'epochs=150', '--json'];
  const started = startCli(args, { cwd: folder, script: SHIPPED });
  await started.stderrShows('Epoch 2 of 150');
  started.child.kill('SIGINT');
  const stopped = await started.ended;
  expect(stopped.code).toBe(130);
  const { flowRun } = JSON.parse(stopped.stdout) as { flowRun: { id: string; state: string } };
  expect(flowRun.state).toBe('Cancelled');

  const retried = await cli(folder, 'runs', 'retry', flowRun.id, '--json');
  expect(retried.code).toBe(0);
  expect(retried.stderr).not.toMatch(/(decode-images|run-trials): Running/);
  expect(JSON.parse(retried.stdout)).toMatchObject({ flowRun: { id: flowRun.id, state: 'Completed' } });
}, 180_000);

test('a pipeline killed with its study half done goes on after it, and the cut off training is told as killed', async () => {
  const folder = await smallProject();
  const args = ['run', 'pipeline', '-c', 'small.yaml', '-p', 'workers=1', '--log-level', 'debug'];
  const started = startCli(args, { cwd: folder, script: SHIPPED });
  await started.stderrShows('Trial 1 started');
  started.child.kill('SIGKILL');
  await started.ended;
  const [run] = (await json(folder, 'runs', 'ls')) as { id: string }[];
  const experiment = async () => (await json(folder, 'experiments', 'show', 'corners')) as { trainingRuns: unknown };
  expect(column((await experiment()).trainingRuns, 'status')).not.toContain('running');

  const retried = await cli(folder, 'runs', 'retry', run!.id);
  expect(retried).toMatchObject({ code: 0, stderr: expect.stringContaining('1 are complete already') });
  expect(column((await experiment()).trainingRuns, 'status')).not.toContain('running');
}, 120_000);

test('parameters that do not fit are all told, with what was probably meant', async () => {
  const folder = await smallProject();
  const { code, stderr } = await cli(folder, 'run', 'pipeline', '-p', 'epocs=3', '-p', 'imageSize=1');
  expect(code).toBe(2);
  expect(stderr).toMatch(/epocs[\s\S]*epochs/);
  expect(stderr).toContain('imageSize');
});

test.each(['pipeline', 'mnist', 'asl-alphabet'])('configs/%s.yaml fits the flows', async (name) => {
  const config = path.resolve('configs', `${name}.yaml`);
  const folder = await temporaryFolder();
  // All sections of the file are checked, whatever flow is asked for.
  expect(await cli(folder, 'config', 'show', 'pipeline', '-c', config)).toMatchObject({ code: 0 });
});

test('configs/pipeline.yaml writes the defaults out', async () => {
  const folder = await temporaryFolder();
  const parameters = async (...args: string[]) =>
    (
      JSON.parse((await cli(folder, 'config', 'show', 'pipeline', ...args, '--json')).stdout) as {
        pipeline: { parameters: Readonly<Record<string, unknown>> };
      }
    ).pipeline.parameters;
  const { architecture, space, ...rest } = await parameters('-c', path.resolve('configs', 'pipeline.yaml'));
  expect(rest).toEqual(await parameters());
  // Which space there is without one depends on the architecture, and that on whether there is a backbone.
  expect({ architecture, space }).toEqual({ architecture: 'cnn', space: defaultSpace('cnn') });
});
