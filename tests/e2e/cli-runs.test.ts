import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { column, runCliHere, startCli } from './run-cli.ts';
import type { Ended } from './run-cli.ts';

const cwd = mkdtempSync(join(tmpdir(), 'cli-runs-'));
mkdirSync(join(cwd, '.mlflow-ts'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const cli = (...args: string[]): Promise<Ended> => runCliHere(args, { cwd });
const json = async (...args: string[]): Promise<ReturnType<typeof JSON.parse>> =>
  JSON.parse((await cli(...args, '--json')).stdout);

let party: string;
let broken: string;

beforeAll(async () => {
  party = (await json('run', 'party')).flowRun.id;
  broken = (await json('run', 'broken', '--name', 'bad-one', '--tag', 'nightly')).flowRun.id;
}, 60_000);

test('runs ls lists the newest first, --all with subflow runs, as a JSON array with ISO times', async () => {
  const rows = await json('runs', 'ls');
  expect(column(rows, 'id')).toEqual([broken, party]);
  expect(rows[0]).toMatchObject({ flow: 'broken', name: 'bad-one', state: 'Failed', tags: ['nightly'] });
  expect(rows[0].startedAt).toMatch(/^\d{4}-.*Z$/);
  expect(column(await json('runs', 'ls', '--all'), 'flow')).toEqual(['broken', 'hello', 'party']);
});

test('runs ls narrows by state, flow, time and number', async () => {
  expect(await json('runs', 'ls', '--state', 'failed')).toHaveLength(1);
  expect(await json('runs', 'ls', '--state', 'Failed,completed')).toHaveLength(2);
  expect(await json('runs', 'ls', '--flow', 'hello')).toHaveLength(1);
  expect(await json('runs', 'ls', '--since', '1h')).toHaveLength(2);
  expect(await json('runs', 'ls', '--since', '2099-01-01')).toEqual([]);
  expect(await json('runs', 'ls', '--limit', '1')).toHaveLength(1);
  expect((await cli('runs', 'ls', '--state', 'faild')).stderr).toContain('Did you mean "Failed"?');
  expect((await cli('runs', 'ls', '--limit', '0')).code).toBe(2);
  expect((await cli('runs', 'ls', '--flow', 'none')).stderr).toContain('No flow run fits');
});

test('runs ls is a table for people', async () => {
  const { stdout } = await cli('runs', 'ls');
  expect(stdout).toMatch(/^RUN +FLOW +STATE +CREATED +TOOK +NAME\n/);
  expect(stdout).toMatch(new RegExp(`^${broken.slice(-8)} +broken +Failed .* bad-one$`, 'm'));
});

test('runs show draws the tree of task runs and subflows, found by the end of the id, the beginning, or the name', async () => {
  const { stdout } = await cli('runs', 'show', party.slice(-8));
  expect(stdout).toMatch(/✔ party .*\n {2}✔ hello .*\n {4}✔ greet .*\n {4}✔ greet /);
  const failed = await cli('runs', 'show', 'bad-one');
  expect(failed.stdout).toContain('DataError: the images are broken');
  expect(failed.stdout).toMatch(/✔ greet .*\n {2}✖ fail .*Failed: the images are broken/);
  const document = await json('runs', 'show', party);
  expect(document).toMatchObject({ id: party, state: 'Completed', result: { guests: 2 }, taskRuns: [] });
  expect(document.subflowRuns[0].taskRuns).toHaveLength(2);
});

test('runs show tells the tags of tasks', async () => {
  expect((await cli('runs', 'show', broken)).stdout).toMatch(/✔ greet .* {2}#polite {2}#quick\n/);
  const { taskRuns } = await json('runs', 'show', broken);
  expect(column(taskRuns, 'tags')).toEqual([['polite', 'quick'], []]);
});

test('a run that does not exist, or is not told apart, is exit 2', async () => {
  expect((await cli('runs', 'show', 'zzz')).code).toBe(2);
  const { code, stderr } = await cli('runs', 'show', party.slice(0, 4));
  expect(code).toBe(2);
  expect(stderr).toContain('give more of the id');
});

test('runs logs prints what was logged, also below, narrowed by task and level', async () => {
  const { stdout } = await cli('runs', 'logs', party);
  expect(stdout.match(/info {2}greet-?\w*: greeting all/g)).toHaveLength(2);
  const rows = await json('runs', 'logs', party, '--task', 'greet', '--tail', '1');
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ level: 'info', task: 'greet', message: 'greeting all' });
  expect(await json('runs', 'logs', party, '--level', 'error')).toEqual([]);
  expect((await cli('runs', 'logs', party, '--task', 'great')).stderr).toContain('Did you mean "greet"?');
});

test('runs logs --follow prints what is still to come and ends with the run; it has no one document', async () => {
  const running = startCli(['run', 'sleepy', '-p', 'ms=1500', '--name', 'talker'], { cwd });
  await running.stderrShows('talker: Running');
  const { code, stdout } = await cli('runs', 'logs', 'talker', '--follow');
  expect(code).toBe(0);
  expect(stdout).toContain('greeting first');
  expect((await running.ended).code).toBe(0);
  expect((await cli('runs', 'logs', 'talker', '--follow', '--json')).code).toBe(2);
});

test('runs retry goes on where it failed: finished tasks keep their results', async () => {
  const { code, stdout } = await cli('runs', 'retry', 'bad-one', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout).flowRun).toMatchObject({ id: broken, state: 'Failed' });
  const shown = await json('runs', 'show', broken);
  expect(shown.attempt).toBe(2);
  expect([column(shown.taskRuns, 'task'), column(shown.taskRuns, 'attempt')]).toEqual([
    ['greet', 'fail'],
    [1, 2],
  ]);
});

test('runs watch follows a run of another process and ends as it does; runs cancel stops it from outside', async () => {
  const running = startCli(['run', 'sleepy', '--name', 'dreamer'], { cwd });
  await running.stderrShows('wait');
  const watching = startCli(['runs', 'watch', 'dreamer'], { cwd });
  await watching.stderrShows('wait');
  expect((await cli('runs', 'ls', '--state', 'running')).stdout).toContain('dreamer');
  const cancelled = await cli('runs', 'cancel', 'dreamer');
  expect(cancelled.code).toBe(0);
  expect(cancelled.stdout).toContain('dreamer');
  expect((await running.ended).code).toBe(1);
  const watched = await watching.ended;
  expect(watched.stdout).toContain('Cancelled');
  expect(watched.code).toBe(1);
}, 60_000);

test('a run whose process was killed is shown as such by reading, and is Crashed after the next command that writes', async () => {
  const running = startCli(['run', 'sleepy', '--name', 'victim'], { cwd });
  await running.stderrShows('wait');
  const told = (text: string): unknown => (text.includes('wait: Running') ? running.child.kill('SIGKILL') : undefined);
  const watched = await runCliHere(['runs', 'watch', 'victim', '--json'], { cwd, told });
  expect(watched.code).toBe(3);
  expect(JSON.parse(watched.stdout)).toMatchObject({ name: 'victim', state: 'Crashed' });
  await running.ended;
  expect((await cli('runs', 'ls')).stdout).toMatch(/Running \(process gone\) .* victim/);
  const { stderr } = await cli('run', 'idle');
  expect(stderr).toContain('victim is now Crashed');
  expect((await json('runs', 'ls', '--state', 'crashed'))[0]).toMatchObject({ name: 'victim', state: 'Crashed' });
}, 60_000);

test('runs delete asks, and where nobody can be asked it wants -y; a deleted run is gone', async () => {
  const { flowRun } = (await json('run', 'idle', '--name', 'to-delete')) as { flowRun: { id: string } };
  const refused = await cli('runs', 'delete', 'to-delete');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('-y');
  expect((await cli('runs', 'delete', 'to-delete', '-y')).stdout).toContain('Deleted to-delete');
  expect((await cli('runs', 'show', flowRun.id)).code).toBe(2);
});
