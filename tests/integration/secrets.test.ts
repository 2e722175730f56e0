import { afterAll, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { catalogue } from '../../flows/catalogue.ts';
import { runFlow } from '../../src/engine/run-flow.ts';
import { byInputs, cacheBy, createTestHarness, flow, logParams, registerModel, task } from '../../src/index.ts';
import { runCliHere, type Ended } from '../e2e/run-cli.ts';
import { secretCatalogue } from '../e2e/secret-flows.ts';
import { openEngine } from '../helpers/engine.ts';
import { filesBelow } from '../helpers/files-below.ts';
import { drawCorners } from '../helpers/project.ts';

const room = mkdtempSync(join(tmpdir(), 'secrets-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const leaksIn = (folder: string, secret: string): string[] =>
  filesBelow(folder).flatMap(({ path, bytes }) => (path.includes(secret) || bytes.includes(secret) ? [path] : []));

function cliIn(folder: string, env: Record<string, string>) {
  mkdirSync(join(room, folder), { recursive: true });
  return (...args: string[]): Promise<Ended> =>
    runCliHere(args, { cwd: join(room, folder), env, catalogue: secretCatalogue });
}

test('config show shows references, with the values they stand for checked', async () => {
  const cli = cliIn('show', { TOKEN: 'swordfish', PIN: '83749201' });
  writeFileSync(join(room, 'show', 'c.yaml'), 'leaky:\n  token: a ${env:TOKEN}\n  pin: ${env:PIN}\n');
  const shown = JSON.parse((await cli('config', 'show', 'leaky', '-c', 'c.yaml', '--json')).stdout) as object;
  expect(shown).toMatchObject({
    leaky: {
      parameters: { token: 'a ${env:TOKEN}', pin: '${env:PIN}', plain: '$${env:NOT_A_REFERENCE}' },
      sources: { token: 'c.yaml:2' },
    },
  });
  const yaml = (await cli('config', 'show', 'leaky', '-c', 'c.yaml')).stdout;
  writeFileSync(join(room, 'show', 'again.yaml'), yaml);
  expect((await cli('config', 'show', 'leaky', '-c', 'again.yaml')).stdout).toBe(yaml);
});

test('a variable that is not set is told with its key, and no run is begun', async () => {
  const cli = cliIn('missing', { TOKEN: 'swordfish' });
  writeFileSync(
    join(room, 'missing', 'p.json'),
    '{"token": "${env:TOKEN}", "deep": [{"name": "a"}, {"name": "${env:GONE}"}]}',
  );
  const ended = await cli('run', 'leaky', '--params', 'p.json');
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain('deep[1].name: the environment variable GONE is not set');
  expect((await cli('runs', 'ls', '--json')).stdout.trim()).toBe('[]');
});

test('a value that does not fit is told as its reference', async () => {
  const cli = cliIn('misfit', { TOKEN: 'x-ray', PIN: 'swordfish' });
  const ended = await cli('run', 'leaky', '-p', 'token=${env:TOKEN}', '-p', 'pin=${env:PIN}', '--json');
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain('received "${env:TOKEN}" (-p)');
  expect(ended.stderr).toContain('received "${env:PIN}" (-p)');
  expect(ended.stdout + ended.stderr).not.toMatch(/x-ray|swordfish/);
});

test('collect keeps the place a dataset comes from with the reference, and knows it again', async () => {
  const hidden = join(room, 'swordfish-place');
  await drawCorners(join(hidden, 'corners'), 2);
  mkdirSync(join(room, 'collect'));
  const cli = (...args: string[]): Promise<Ended> =>
    runCliHere(args, { cwd: join(room, 'collect'), env: { PLACE: hidden }, catalogue });
  const collect = ['run', 'collect', '-p', 'source=folder:${env:PLACE}/corners'];
  expect(await cli(...collect)).toMatchObject({ code: 0 });
  const again = await cli(...collect, '--json');
  expect(again.stderr).toContain('corners is current');
  expect(leaksIn(join(room, 'collect'), 'swordfish-place')).toEqual([]);
  const [listed] = JSON.parse((await cli('data', 'ls', '--json')).stdout) as object[];
  expect(listed).toMatchObject({ name: 'corners', source: 'folder:${env:PLACE}/corners', samples: 6 });
});

test('a model card has references, and files with a secret are not registered', async () => {
  await using harness = await createTestHarness({ services: { env: { TOKEN: 'swordfish', PIN: '83749201' } } });
  const { project } = harness.services;
  writeFileSync(join(room, 'weights.bin'), 'weights');
  mkdirSync(join(room, 'bad'));
  writeFileSync(join(room, 'bad', 'weights.bin'), `${'-'.repeat(1024 * 1024 - 5)}swordfish`);
  const good = task({ name: 'good' }, async ({ token, pin }: { token: string; pin: number }) => {
    logParams({ token, pin, all: [token, { [token]: pin }] });
    return (await registerModel(join(room, 'weights.bin'), 'weights')).version;
  });
  const train = flow(
    { name: 'train', parameters: z.strictObject({ token: z.string(), pin: z.int() }) },
    async (parameters) => {
      await good(parameters);
      await registerModel(join(room, 'bad'), 'bad');
      return null;
    },
  );
  const run = await harness.run(train, { token: '${env:TOKEN}', pin: '${env:PIN}' as never });
  expect(run.error).toMatchObject({ code: 'DATA', message: expect.stringContaining(join('bad', 'weights.bin')) });
  expect(run.parameters).toEqual({ token: '${env:TOKEN}', pin: '${env:PIN}' });
  expect(run.taskRuns[0]).toMatchObject({ input: { token: '${env:TOKEN}', pin: '${env:PIN|number}' }, result: 1 });
  expect(run.trainingRun?.params).toEqual({
    token: '${env:TOKEN}',
    pin: '${env:PIN|number}',
    all: ['${env:TOKEN}', { '${env:TOKEN}': '${env:PIN|number}' }],
  });
  const card = filesBelow(project.modelsDir).find(({ path }) => path.endsWith('model.json'));
  expect(JSON.parse(card!.bytes.toString())).toMatchObject({ parameters: { token: '${env:TOKEN}' } });
  const named = flow({ name: 'named', parameters: z.strictObject({ token: z.string() }) }, async ({ token }) => {
    await registerModel(join(room, 'weights.bin'), token);
    return null;
  });
  expect((await harness.run(named, { token: '${env:TOKEN}' })).error).toMatchObject({ code: 'PARAMETER' });
  expect([...leaksIn(project.root, 'swordfish'), ...leaksIn(project.root, '83749201')]).toEqual([]);
});

test('a result is read back as it was returned: with what only looked like a reference, with numbers, and when it is a file', async () => {
  await using harness = await createTestHarness({ services: { env: { TOKEN: 'swordfish', PIN: '83749201' } } });
  const returned = (token: string, pin: number) => ({
    big: Array.from({ length: 30_000 }, (_, n) => `${token} ${n}`),
    pin,
    text: '${env:TOKEN} $${env:PIN} ${env:OTHER}',
    [token]: `$${token}`,
  });
  let executions = 0;
  const give = task({ name: 'give' }, ({ token, pin }: { token: string; pin: number }) => {
    executions += 1;
    return returned(token, pin);
  });
  let attempts = 0;
  const giving = flow(
    { name: 'giving', parameters: z.strictObject({ token: z.string(), pin: z.int() }) },
    async ({ token, pin }) => {
      const given = await give({ token, pin });
      attempts += 1;
      if (attempts === 1) throw new Error('once');
      return JSON.stringify(given) === JSON.stringify(returned(token, pin));
    },
  );
  const first = await harness.run(giving, { token: '${env:TOKEN}', pin: '${env:PIN}' as never });
  const second = await harness.retry(giving, first);
  expect(second).toMatchObject({ state: { kind: 'Completed' }, result: true, attempt: 2 });
  expect(executions).toBe(1);
  const { root } = harness.services.project;
  expect([...leaksIn(root, 'swordfish'), ...leaksIn(root, '83749201')]).toEqual([]);
});

test('another value of a secret is no other cache key, and a cached result holds the value as it is now', async () => {
  let executions = 0;
  const given: string[] = [];
  const sign = (name: string, cache: typeof byInputs) =>
    task({ name, cache }, ({ token }: { token: string }) => {
      executions += 1;
      return `signed with ${token}`;
    });
  const [byAll, byNothing] = [
    sign('by-all', byInputs),
    sign(
      'by-nothing',
      cacheBy(() => ({})),
    ),
  ];
  const signing = flow({ name: 'signing', parameters: z.strictObject({ token: z.string() }) }, async ({ token }) => {
    given.push(await byAll({ token }), await byNothing({ token }));
    return null;
  });
  const run = async (token: string, env: Record<string, string>): Promise<void> => {
    const engine = await openEngine({ folder: join(room, 'cache'), env });
    expect(await runFlow(signing, { token }, { ...engine.runtime, services: undefined as never })).toMatchObject({
      result: null,
    });
    await engine.close();
  };
  await run('${env:TOKEN}', { TOKEN: 'swordfish' });
  await run('${env:TOKEN}', { TOKEN: 'marlin-77' });
  expect(executions).toBe(2);
  expect(given.slice(2)).toEqual(['signed with marlin-77', 'signed with marlin-77']);
  // Without the secret its results cannot be read: they are made anew.
  await run('no secret', {});
  expect(executions).toBe(4);
  expect(given.slice(4)).toEqual(['signed with no secret', 'signed with no secret']);
});
