import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { catalogue } from '../../flows/catalogue.ts';
// Loaded before the command line loads its parts all at once: Jest links modules one after the other.
import '../../flows/pipeline.ts';
import { temporaryFolder } from '../helpers/dataset-files.ts';
import { column, runCliHere, type Ended } from './run-cli.ts';

let cwd: string;
const cli = (...args: string[]): Promise<Ended> => runCliHere(args, { cwd, catalogue });
const json = async (...args: string[]): Promise<ReturnType<typeof JSON.parse>> =>
  JSON.parse((await cli(...args, '--json')).stdout);
const declare = (yaml: string): Promise<void> => writeFile(path.join(cwd, 'mlflow-ts.yaml'), yaml);

const NIGHT = `
pools: { local_pool: { concurrency: 2 } }
limits: { gpu: 1 }
deployments:
  night:
    flow: pipeline
    parameters: { trials: 3 }
    pool: local_pool
    limits: [gpu]
    maxLateness: 6h
    schedules:
      - { cron: "30 2 * * *", timezone: Europe/Vienna, parameters: { trials: 9 } }
      - { name: six, interval: 6h, timezone: UTC }
`;

beforeEach(async () => {
  cwd = await temporaryFolder();
});

test('a plan is shown and changes nothing until it is applied, and then there is nothing left to change', async () => {
  await declare(NIGHT);
  const plan = await cli('deploy', '--all', '--dry-run');
  expect(plan.stderr).toBe('1 deployment would change. Nothing was changed.\n');
  expect(plan.stdout).toBe(
    [
      '+ night',
      '    flow: "pipeline"',
      '    limits: ["gpu"]',
      '    maxLateness: "6h"',
      '    parameters.trials: 3',
      '    pool: "local_pool"',
      '    schedules.1: "30 2 * * * Europe/Vienna"',
      '    schedules.1.parameters.trials: 9',
      '    schedules.six: "every 6h UTC"',
      '',
    ].join('\n'),
  );
  expect(await json('deployments', 'ls')).toEqual([]);
  expect((await cli('deployments', 'ls')).stderr).toContain('Nothing is deployed yet');
  expect((await cli('deploy', 'night')).stderr).toContain('Deployed');
  expect((await cli('deploy', 'night')).stdout).toBe('= night (unchanged)\n');
  expect(await json('deployments', 'show', 'night')).toMatchObject({
    ...{ name: 'night', flow: 'pipeline', pool: 'local_pool', priority: 100, overlap: 'queue', catchUp: 'latest' },
    parameters: { trials: 3 },
    schedules: [{ name: '1', active: true }, { name: 'six' }],
  });
});

test('what changes is told, and a schedule that is removed from the file is removed', async () => {
  await declare(NIGHT);
  await cli('deploy', '--all');
  const [before] = await json('schedules', 'next', '-n', '1');
  const changed = NIGHT.replace(/ +- \{ name: six.*\n/u, '').replace('trials: 3', 'trials: 4');
  await declare(changed);
  expect((await cli('deploy', '--all')).stdout).toBe(
    '~ night\n    parameters.trials: 3 → 4\n    schedules.six: "every 6h UTC" → –\n',
  );
  const next = await json('schedules', 'next', '-n', '3');
  expect(new Set(column(next, 'schedule'))).toEqual(new Set(['1']));
  expect(next[0].local).toMatch(/T02:30:00\.000\+0[12]:00$/u);
  expect(before.deployment).toBe('night');
});

test('with --prune what the file no longer declares is deleted, without it kept', async () => {
  await declare(NIGHT);
  await cli('deploy', '--all');
  await declare('deployments:\n');
  expect((await cli('deploy', '--all')).stderr).toContain('declares no deployments');
  expect(column(await json('deployments', 'ls'), 'name')).toEqual(['night']);
  expect((await cli('deploy', '--all', '--prune')).stdout).toBe('- night\n');
  expect(await json('deployments', 'ls')).toEqual([]);
});

test('a paused deployment is due at no time until it is resumed', async () => {
  await declare(NIGHT);
  await cli('deploy', '--all');
  expect((await cli('deployments', 'pause', 'night')).stdout).toContain('deployments resume night');
  expect((await cli('schedules', 'next')).stderr).toContain('No schedule is due');
  expect((await cli('deployments', 'pause', 'night')).code).toBe(1);
  expect((await cli('deployments', 'resume', 'night')).code).toBe(0);
  expect(await json('schedules', 'next', '-n', '2')).toHaveLength(2);
  expect((await cli('deployments', 'delete', 'night')).code).toBe(2);
  expect((await cli('deployments', 'delete', 'night', '-y')).stdout).toContain('Its runs stay');
  expect((await cli('deployments', 'show', 'nigth')).stderr).toContain('There is no deployment "nigth"');
});

test.each([
  ['flow: pipline', /:3: deployments.night.flow: There is no flow "pipline". Did you mean "pipeline"\?/],
  [
    'flow: pipeline\n    parameters: { trails: 3 }',
    /unknown parameter "trails" \(mlflow-ts.yaml:4\). Did you mean "trials"\?/,
  ],
  ['flow: pipeline\n    parameters: { trials: many }', /trials: expected .*received "many" \(mlflow-ts.yaml:4\)/],
  ['flow: pipeline\n    scheduls: []', /:4: deployments.night: unknown "scheduls". Did you mean "schedules"\?/],
  ['flow: pipeline\n    schedules: [{ cron: "61 * * * *" }]', /:4: .*"61" at character 1 is no minute/],
  ['flow: pipeline\n    schedules: [{ cron: "1 * * * *", timezone: Mars/Base }]', /There is no time zone "Mars\/Base"/],
  [
    'flow: pipeline\n    schedules: [{ cron: "1 * * * *", interval: 6h }]',
    /expected one of cron, interval, rrule and at/,
  ],
  ['flow: pipeline\n    schedules: [{ cron: "1 * * * *", parameters: { trails: 1 } }]', /unknown parameter "trails"/],
  ['flow: pipeline\n    schedules: [{ interval: 6 }]', /expected a duration like 30m/],
  ['flow: pipeline\n    schedules: [{ name: a, cron: "@daily" }, { name: a, cron: "@hourly" }]', /two of the name "a"/],
  ['flow: pipeline\n    pool: gone', /names the pool "gone", which does not exist/],
  ['flow: pipeline\n    limits: [gpu]', /names the limit "gpu", which does not exist/],
  ['flow: pipeline\n    priority: 0', /expected 1 to 1000/],
  ['flow: ./missing.ts:night', /missing.ts/],
])('a mistake is told with its line before anything changes: %s', async (deployment, message) => {
  await declare(`deployments:\n  night:\n    ${deployment}\n  good: { flow: collect }\n`);
  const { code, stderr } = await cli('deploy', '--all');
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
  expect(await json('deployments', 'ls')).toEqual([]);
});

test('a deployment of another file is not taken over, and a mistake in deployments keeps no flow from running', async () => {
  await declare(NIGHT);
  const home = path.join(cwd, 'state');
  await cli('deploy', '--all', '--home', home);
  const first = cwd;
  cwd = await temporaryFolder();
  await declare(NIGHT);
  const { code, stderr } = await cli('deploy', '--all', '--home', home);
  expect(stderr).toContain(`Deployment "night" is declared in ${path.join(first, 'mlflow-ts.yaml')} too`);
  expect(code).toBe(1);
  await declare('deployments: 3\n');
  expect((await cli('flows', 'ls')).code).toBe(0);
  expect((await cli('deploy')).stderr).toContain('Name the deployments that are meant, or say --all');
  expect((await cli('deploy', 'night')).stderr).toContain('expected a list of NAME: and below it "flow: NAME"');
});

test('schedules preview tells times with their zone', async () => {
  const args = ['schedules', 'preview', '30', '2', '*', '*', '*', '--tz', 'Europe/Vienna', '--from', '2026-03-28'];
  expect(await json(...args, '-n', '2')).toEqual({
    timeZone: 'Europe/Vienna',
    times: [
      { local: '2026-03-28T02:30:00.000+01:00', utc: '2026-03-28T01:30:00.000Z' },
      { local: '2026-03-29T03:00:00.000+02:00', utc: '2026-03-29T01:00:00.000Z' },
    ],
  });
  expect((await cli(...args)).stdout).toMatch(/^Europe\/Vienna +DAY +UTC +IN\n2026-03-28 02:30:00 \+01:00 +Sat/u);
  expect((await cli('schedules', 'preview', '61 * * * *')).code).toBe(2);
  expect((await cli('schedules', 'preview', '2020-01-01')).stderr).toContain('is not due any more');
});
