import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCliHere, type Ended } from './run-cli.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'pools-'));
  await mkdir(path.join(cwd, '.mlflow-ts'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const cli = (...args: string[]): Promise<Ended> => runCliHere(args, { cwd });
const json = async (...args: string[]): Promise<unknown> => JSON.parse((await cli(...args, '--json')).stdout);

test('pools are made, listed, changed, paused and deleted; `default` is always there', async () => {
  const nothing = { waiting: 0, running: 0, workers: 0, deployments: 0, pausedAt: null };
  expect(await json('pool', 'ls')).toEqual([{ name: 'default', concurrency: null, ...nothing }]);
  expect((await cli('pool', 'create', 'gpu', '--concurrency', '2')).stdout).toContain('worker start --pool gpu');
  expect(await json('work-pool', 'update', 'gpu', '--concurrency', 'none')).toMatchObject({ concurrency: null });
  expect(await json('pool', 'pause', 'default')).toMatchObject({ pausedAt: expect.any(String) });
  expect((await cli('pools', 'ls')).stdout).toMatch(
    /^POOL +WAITING +RUNNING +WORKERS +DEPLOYMENTS\ndefault .*paused now\ngpu/,
  );
  expect(await json('pool', 'resume', 'default')).toMatchObject({ pausedAt: null });
  expect(await json('pool', 'delete', 'gpu')).toEqual({ name: 'gpu', deleted: true });
  expect((await cli('worker', 'ls')).stderr).toContain('mlflow-ts worker start');
});

test('what cannot be is refused, with what to do', async () => {
  await cli('run', 'idle', '--pool', 'default');
  const refused: [string[], number, string][] = [
    [['pool', 'create', 'a b'], 2, '"a b" cannot name a pool'],
    [['pool', 'create', 'x', '--concurrency', '0'], 2, '--concurrency 0 is not a whole number above 0'],
    [['pool', 'pause', 'defalt'], 2, 'Did you mean "default"?'],
    [['pool', 'delete', 'default'], 1, 'it stays'],
    [['worker', 'start', '--pool', 'nope'], 2, 'mlflow-ts pool create nope'],
    [['worker', 'start', '--grace', '5'], 2, 'It has no unit'],
    [['run', 'idle', '--priority', '1'], 2, 'name its pool with --pool'],
    [['run', 'hello', '--pool', 'default', '-p', 'times=0'], 2, 'times'],
  ];
  for (const [args, code, text] of refused) {
    const ended = await cli(...args);
    expect({ args, code: ended.code }).toEqual({ args, code });
    expect(ended.stderr).toContain(text);
  }
  await cli('pool', 'create', 'busy');
  await cli('run', 'idle', '--pool', 'busy');
  expect((await cli('pool', 'delete', 'busy')).stderr).toContain('1 waiting run');
  expect(await json('runs', 'ls')).toMatchObject([{ flow: 'idle', state: 'Scheduled' }, { flow: 'idle' }]);
});

test('a queued run is checked, recorded with its parameters as text is meant, and told how to be watched', async () => {
  const { stdout, stderr } = await cli(
    'run',
    'hello',
    '--pool',
    'default',
    '-p',
    'times=3',
    '--name',
    'thrice',
    '--tag',
    't',
  );
  expect(stdout).toMatch(/^thrice \([0-9a-f]{8}\) waits in pool default\.\n$/);
  expect(stderr).toContain('mlflow-ts worker start --pool default');
  expect(await json('runs', 'show', 'thrice')).toMatchObject({
    state: 'Scheduled',
    parameters: { times: 3, name: 'you' },
    tags: ['t'],
  });
  expect(await json('run', 'idle', '--pool', 'default')).toMatchObject({
    flowRun: { flow: 'idle', state: 'Scheduled', pool: 'default' },
  });
  expect((await cli('pool', 'ls')).stderr).toContain('No worker takes from default');
});
