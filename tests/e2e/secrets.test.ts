import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { filesBelow } from '../helpers/files-below.ts';
import { runCli, type Ended } from './run-cli.ts';

const SCRIPT = fileURLToPath(new URL('./secret-cli.js', import.meta.url));
/** Quotes, a backslash, regular expression characters, a line break, an umlaut. */
const FIRST = 'first-"q\'\\$1.*+?/&= ü\n(second line, long enough to count)';
const SECOND = 'second-"q\'\\$1.*+?/&= ü\n(second line, long enough as well)';
const PIN = '83749201';
const REFERENCE = '${env:TOKEN}';

const cwd = mkdtempSync(join(tmpdir(), 'secrets-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const told: Ended[] = [];

async function cli(env: Record<string, string>, ...args: string[]): Promise<Ended> {
  const ended = await runCli(args, { cwd, env, script: SCRIPT });
  told.push(ended);
  return ended;
}

/** What gives a secret away; written down here once more, apart from the list the code goes by. */
function tracesOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    inspect(secret).slice(1, -1),
    secret.split('\n').at(-1)!,
    encodeURIComponent(secret),
    new URLSearchParams({ t: secret }).toString().slice(2),
    base64(secret),
    base64(`user:${secret}`).slice(8, -4),
    Buffer.from(secret).toString('hex'),
  ];
}

function leavings(): { path: string; bytes: Buffer }[] {
  const outputs = told.flatMap(({ stdout, stderr }) => [
    { path: 'stdout', bytes: Buffer.from(stdout) },
    { path: 'stderr', bytes: Buffer.from(stderr) },
  ]);
  return [...filesBelow(cwd), ...outputs];
}

function leaksOf(...secrets: string[]): string[] {
  return leavings().flatMap(({ path, bytes }) =>
    secrets.flatMap(tracesOf).flatMap((trace) => (bytes.includes(trace) ? [`${trace} in ${path}`] : [])),
  );
}

/** The one JSON document on stdout, behind what the flow itself printed. */
function documentOf({ stdout }: Ended): unknown {
  return JSON.parse(stdout.slice(stdout.search(/^[[{]$/m)));
}

const executed = (): string[] => readFileSync(join(cwd, 'executed'), 'utf8').trim().split('\n');

let first: Ended;
let id: string;
beforeAll(async () => {
  writeFileSync(
    join(cwd, 'leaky.yaml'),
    'leaky:\n  token: ${env:TOKEN}\n  pin: ${env:PIN}\n  deep: [{name: a}, {name: "x ${env:TOKEN}"}]\ninner:\n  token: ${env:NOT_SET}\n',
  );
  const args = ['leaky', '-c', 'leaky.yaml', '--tag', FIRST, '--explain-cache', '--json'];
  first = await cli({ TOKEN: FIRST, PIN }, 'run', ...args);
  const runs = JSON.parse((await cli({}, 'runs', 'ls', '--json')).stdout) as { id: string }[];
  id = runs[0]!.id;
});

test('a run that tells its secret in every way leaves references in all that it writes, prints and records', async () => {
  expect(first.code).toBe(1);
  expect(first.stderr).toContain(`token ${REFERENCE}, twice ${REFERENCE}${REFERENCE}`);
  expect(first.stderr).toContain(`warned of ${REFERENCE}`);
  expect(first.stdout).toContain('{"pin":"${env:PIN|number}","list":["${env:TOKEN}"]}\n');
  expect(first.stdout).toContain(`bytes ${REFERENCE}\n`);
  expect(documentOf(first)).toMatchObject({
    error: { message: `refused: ${REFERENCE}`, cause: { message: `because of ${REFERENCE}` } },
  });
  const shown = documentOf(await cli({}, 'runs', 'show', id, '--json'));
  expect(shown).toMatchObject({
    name: `leaky ${REFERENCE}`,
    tags: [REFERENCE],
    parameters: {
      token: REFERENCE,
      pin: '${env:PIN}',
      deep: [{ name: 'a' }, { name: `x ${REFERENCE}` }],
      plain: '$${env:NOT_A_REFERENCE}',
    },
    subflowRuns: [{ parameters: { token: REFERENCE }, result: { token: REFERENCE } }],
  });
  expect((await cli({}, 'runs', 'logs', id)).stdout).toContain(`token ${REFERENCE}, twice`);
  expect(leaksOf(FIRST, PIN)).toEqual([]);
});

test('a retry takes the value as it is now, reads it back into finished results and executes nothing finished again', async () => {
  const before = executed();
  const missing = await cli({ PIN }, 'runs', 'retry', id, '--json');
  expect(missing.code).toBe(2);
  expect(documentOf(missing)).toMatchObject({
    error: { code: 'PARAMETER', message: expect.stringContaining('token: the environment variable TOKEN is not set') },
  });
  expect(documentOf(await cli({}, 'runs', 'show', id, '--json'))).toMatchObject({ attempt: 1 });

  const retried = await cli({ TOKEN: SECOND, PIN, LET_PASS: '1' }, 'runs', 'retry', id, '--json');
  expect(documentOf(retried)).toMatchObject({
    flowRun: { state: 'Completed' },
    result: {
      token: REFERENCE,
      pin: '${env:PIN|number}',
      same: true,
      length: SECOND.length,
      kept: ['DATA', 'DATA', 'DATA'],
    },
  });
  expect(executed()).toEqual(before);
  expect(leaksOf(FIRST, SECOND, PIN)).toEqual([]);
});

test('an error that nobody catches is printed without the secret', async () => {
  const crashed = await cli({ TOKEN: FIRST }, 'run', 'crashing', '-p', 'token=${env:TOKEN}');
  expect(crashed).toMatchObject({ code: 1, stderr: expect.stringContaining(`thrown past everybody: ${REFERENCE}`) });
  expect(leaksOf(FIRST)).toEqual([]);
});
