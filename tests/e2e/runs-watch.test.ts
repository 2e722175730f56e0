import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { InterruptSignal } from '../../src/cli/command-context.ts';
import { systemClock } from '../../src/core/clock.ts';
import { identifyProcess } from '../../src/engine/this-process.ts';
import { openRegistry } from '../../src/registry/open-registry.ts';
import type { ProcessIdentity } from '../../src/registry/process-identity.ts';
import { aFlowRun } from '../unit/registry/registry-fixture.ts';
import { runCliHere } from './run-cli.ts';
import type { Ended } from './run-cli.ts';

const cwd = mkdtempSync(join(tmpdir(), 'runs-watch-'));
const path = join(cwd, '.mlflow-ts', 'registry.db');
mkdirSync(join(cwd, '.mlflow-ts'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const cli = (...args: string[]): Promise<Ended> => runCliHere(args, { cwd });
const here = identifyProcess()!;

beforeAll(async () => {
  await cli('run', 'hello', '--name', 'good-one');
  await cli('run', 'broken', '--name', 'bad-one');
});

async function insertRunning(name: string, owner: ProcessIdentity): Promise<void> {
  const registry = await openRegistry({ path, clock: systemClock });
  await aFlowRun(registry.db, { name, owner }).finally(() => registry.close());
}

test('a run that has ended is shown in plain lines, and the exit code is its own', async () => {
  const good = await cli('runs', 'watch', 'good-one');
  expect(good.code).toBe(0);
  expect(good.stdout).toBe('Completed good-one\n');
  expect(good.stderr).toMatch(/^\S+ .*good-one: Running$/m);
  expect(good.stderr).not.toContain('\u001b');
  const bad = await cli('runs', 'watch', 'bad-one');
  expect([bad.code, bad.stdout]).toEqual([1, 'Failed: the images are broken bad-one\n']);
});

test('what has happened is told in the order in which it happened, the caller first and last', async () => {
  await cli('run', 'party', '--name', 'the-party');
  const { stderr } = await cli('runs', 'watch', 'the-party');
  const lines = stderr.trim().split('\n');
  expect(lines.map((line) => line.slice(0, 24))).toEqual(lines.map((line) => line.slice(0, 24)).sort());
  expect(lines[0]).toMatch(/the-party: Running$/);
  expect(lines[1]).toMatch(/hello-\w+: Running$/);
  expect(lines.at(-2)).toMatch(/hello-\w+: Completed/);
  expect(lines.at(-1)).toMatch(/the-party: Completed/);
});

test('of a run that was retried the caller comes first too, though it began again after what it finds done', async () => {
  await cli('run', 'broken', '--name', 'again-bad');
  await cli('runs', 'retry', 'again-bad');
  const lines = (await cli('runs', 'watch', 'again-bad')).stderr.trim().split('\n');
  expect(lines[0]).toMatch(/again-bad: Running/);
  expect(lines.join('\n')).toMatch(/greet: Completed/);
  expect(lines.at(-1)).toMatch(/again-bad: Failed/);
});

test('--json prints the run once it has ended, with its error, and nothing else on stdout', async () => {
  const { code, stdout } = await cli('runs', 'watch', 'bad-one', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    name: 'bad-one',
    state: 'Failed',
    error: { code: 'DATA', message: 'the images are broken' },
  });
});

test('of a run that does not exist it says which was probably meant, by its name or the end of its id', async () => {
  const { code, stderr } = await cli('runs', 'watch', 'god-one');
  expect(code).toBe(2);
  expect(stderr).toContain('There is no flow run god-one. Did you mean "good-one"?');
  const [{ id }] = JSON.parse((await cli('runs', 'ls', '--json')).stdout) as [{ id: string }];
  const short = id.slice(-8);
  const mistyped = short.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  expect((await cli('runs', 'show', mistyped)).stderr).toContain(`Did you mean "${short}"?`);
});

test.each<[InterruptSignal, number]>([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('%s leaves the run alone, says how to stop it, and exits with %i', async (signal, code) => {
  await insertRunning(`busy-${signal}`, here);
  let press: (signal: InterruptSignal) => void = () => undefined;
  const listen = (onSignal: typeof press): (() => void) => {
    press = onSignal;
    return () => undefined;
  };
  const ended = await runCliHere(['runs', 'watch', `busy-${signal}`], {
    cwd,
    interruptions: { listen, kill: () => undefined },
    told: (text) => (text.includes('Running') ? press(signal) : undefined),
  });
  expect([ended.code, ended.stdout]).toEqual([code, '']);
  expect(ended.stderr).toMatch(new RegExp(`busy-${signal} goes on.*mlflow-ts runs cancel [0-9a-f]{8}`));
  const shown = JSON.parse((await cli('runs', 'show', `busy-${signal}`, '--json')).stdout) as object;
  expect(shown).toMatchObject({ name: `busy-${signal}`, state: 'Running' });
});

test('a run whose process wrote its end and was gone just after it was looked at is not taken for crashed', async () => {
  await insertRunning('just-done', { ...here, processStart: 'before' });
  const writer = new Database(path);
  const told = (text: string): void => {
    if (!text.includes('just-done: Running')) return;
    writer
      .prepare(`update flow_runs set state_kind = 'Completed', state_json = ?, ended_at = 2 where name = 'just-done'`)
      .run('{"kind":"Completed","at":2}');
  };
  const { code, stdout } = await runCliHere(['runs', 'watch', 'just-done'], { cwd, told });
  writer.close();
  expect([code, stdout]).toEqual([0, 'Completed just-done\n']);
});
