import { afterAll, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli, runCliHere, startCli } from './run-cli.ts';

const room = mkdtempSync(join(tmpdir(), 'cli-run-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

function project(name: string): string {
  const folder = join(room, name);
  mkdirSync(join(folder, '.mlflow-ts'), { recursive: true });
  return folder;
}

test('run --json prints one document of the promised shape on stdout, and what happens on stderr', async () => {
  const cwd = project('json');
  const { code, stdout, stderr } = await runCli(['run', 'hello', '-p', 'times=2', '--json'], { cwd });
  expect(code).toBe(0);
  const document = JSON.parse(stdout) as { flowRun: object };
  expect(Object.keys(document)).toEqual(['flowRun', 'result']);
  expect(Object.keys(document.flowRun)).toEqual(['id', 'flow', 'state', 'startedAt', 'endedAt']);
  expect(document).toMatchObject({
    flowRun: { flow: 'hello', state: 'Completed', startedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
    result: { greetings: ['hello you', 'hello you'] },
  });
  expect(stderr).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z info {2}hello-\w+: Running$/m);
  expect(stderr).toContain('greeting you');
});

test('without --json the summary says how it ended and what to do next', async () => {
  const { stdout, code } = await runCliHere(['run', 'hello', '--name', 'my-run'], { cwd: project('summary') });
  expect(code).toBe(0);
  expect(stdout).toMatch(/Completed my-run in/);
  expect(stdout).toMatch(/Next {2}mlflow-ts run party\n +mlflow-ts runs show \w{8}\n/);
});

test('parameters come from the command line over the environment over YAML', async () => {
  const cwd = project('precedence');
  writeFileSync(join(cwd, 'config.yaml'), 'hello:\n  name: yaml\n  times: 3\n');
  const env = { MLFLOW_TS_NAME: 'environment' };
  const { stdout } = await runCliHere(['run', 'hello', '-c', 'config.yaml', '-p', 'times=1', '--json'], { cwd, env });
  expect(JSON.parse(stdout).result).toEqual({ greetings: ['hello environment'] });
});

test('a failed run is exit 1, with its error and the commands that go on from there', async () => {
  const cwd = project('failed');
  const { code, stdout } = await runCliHere(['run', 'broken'], { cwd });
  expect(code).toBe(1);
  expect(stdout).toMatch(/Failed broken-\w+ in .*\n {2}DataError: the images are broken/);
  expect(stdout).toMatch(/Logs {3}mlflow-ts runs logs \w{8}\n {2}Again {2}mlflow-ts runs retry \w{8}/);
  const again = await runCliHere(['run', 'broken', '--json'], { cwd });
  expect(JSON.parse(again.stdout)).toMatchObject({
    flowRun: { state: 'Failed' },
    result: null,
    error: { name: 'DataError', code: 'DATA', message: 'the images are broken' },
  });
});

test('a skipped run is exit 0, and a run that fails over a parameter is exit 2', async () => {
  const cwd = project('codes');
  expect((await runCliHere(['run', 'idle'], { cwd })).code).toBe(0);
  expect((await runCliHere(['run', 'broken', '-p', 'kind=parameter'], { cwd })).code).toBe(2);
});

test('wrong usage is exit 2, tells what was meant, and makes no registry', async () => {
  const cwd = join(room, 'usage');
  mkdirSync(cwd);
  for (const [args, hint] of [
    [['run', 'helo'], 'Did you mean "hello"?'],
    [['run', 'ls'], 'Did you mean `mlflow-ts runs ls`?'],
    [['run', 'hello', '-p', 'nmae=x'], 'Did you mean "name"?'],
    [['run', 'hello', '-p', 'times=many'], 'expected integer ≥ 1, received "many"'],
    [['run', 'idle', '--workers', '2'], 'it has no parameter "workers"'],
    [['rnu', 'hello'], 'Did you mean'],
    [['run', 'hello', '--jsn'], 'Did you mean --json?'],
    [['run'], "missing required argument 'flow'"],
  ] as const) {
    const { code, stderr } = await runCliHere(args, { cwd });
    expect([args, code]).toEqual([args, 2]);
    expect(stderr).toContain(hint);
  }
  expect((await runCliHere(['runs', 'ls'], { cwd })).stderr).toContain('Nothing has run yet');
});

test('with --json an error before the run is a document too', async () => {
  const { stdout, code } = await runCliHere(['run', 'helo', '--json'], { cwd: project('json-error') });
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'NOT_FOUND', message: expect.stringContaining('hello') } });
});

test('Ctrl-C cancels: it says how to go on, the run is Cancelled, exit 130', async () => {
  const { child, stderrShows, ended } = startCli(['run', 'sleepy'], { cwd: project('interrupt') });
  await stderrShows('wait');
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  expect(stderr).toMatch(/go on later with: mlflow-ts runs retry \w{8}/);
  expect(stdout).toContain('Cancelled');
  expect(code).toBe(130);
});

test('SIGTERM cancels too, exit 143', async () => {
  const { child, stderrShows, ended } = startCli(['run', 'sleepy', '--json'], { cwd: project('terminate') });
  await stderrShows('wait');
  child.kill('SIGTERM');
  const { code, stdout } = await ended;
  expect(code).toBe(143);
  expect(JSON.parse(stdout)).toMatchObject({ flowRun: { state: 'Cancelled' } });
});

test('a second Ctrl-C ends what does not listen at once', async () => {
  const { child, stderrShows, ended } = startCli(['run', 'stubborn'], { cwd: project('kill') });
  await stderrShows('insist');
  child.kill('SIGINT');
  await stderrShows('Cancelling');
  await new Promise((resolve) => setTimeout(resolve, 700));
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
});

test('in a CI job the summary page gets a Markdown section', async () => {
  const cwd = project('ci');
  const page = join(cwd, 'summary.md');
  await runCliHere(['run', 'hello'], { cwd, env: { GITHUB_STEP_SUMMARY: page } });
  expect(readFileSync(page, 'utf8')).toContain('### ✅ mlflow-ts hello: Completed');
});

test('a reader that has read enough is no error', async () => {
  const { child, ended } = startCli(['run', 'hello', '-p', 'times=50', '--json'], { cwd: project('pipe') });
  child.stdout.destroy();
  const { code, stderr } = await ended;
  expect(code).toBe(0);
  expect(stderr).not.toContain('EPIPE');
});
