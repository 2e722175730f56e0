import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { FlowCatalogue } from '../../../src/app/flow-catalogue.ts';
import { loadParameters } from '../../../src/app/parameters.ts';
import type { ParameterPlaces } from '../../../src/app/parameters.ts';
import { Secrets } from '../../../src/core/secrets.ts';

const room = mkdtempSync(join(tmpdir(), 'parameters-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const shape = {
  trials: z.int().min(1).default(20),
  sampler: z.enum(['grid', 'random']).default('grid'),
  space: z.record(z.string(), z.json()).default({ learningRate: { choice: [0.1] } }),
  study: z.string().optional(),
  imageSize: z.union([z.int(), z.strictObject({ height: z.int(), width: z.int() })]).default(32),
  tensorCache: z.string().default('latest'),
  force: z.boolean().default(false),
};
const hpo = { name: 'hpo', parameters: z.strictObject(shape) };
const collect = { name: 'collect', parameters: z.strictObject({ source: z.string().describe('Where from') }) };
const pipeline = {
  name: 'pipeline',
  parameters: hpo.parameters.omit({ tensorCache: true }).extend({ source: z.string().default('x') }),
};
const catalogue: FlowCatalogue = {
  hpo: { description: '', load: () => Promise.resolve(hpo) },
  collect: { description: '', load: () => Promise.resolve(collect) },
  pipeline: { description: '', composedOf: ['collect', 'hpo'], load: () => Promise.resolve(pipeline) },
};

function load(flow: string, places: Partial<ParameterPlaces>) {
  const secrets = new Secrets(places.env ?? {});
  return loadParameters(flow, catalogue, {
    ...{ cwd: room, configFiles: [], env: {}, secrets, parameterTexts: [] },
    ...places,
  });
}

function file(name: string, text: string): string {
  writeFileSync(join(room, name), text);
  return name;
}

test('command line wins over environment, environment over YAML, YAML over default, and each value tells where it is from', async () => {
  const resolved = await load('hpo', {
    configFiles: [file('a.yaml', 'hpo:\n  trials: 6\n  sampler: random\n  study: from-yaml\n')],
    env: { MLFLOW_TS_SAMPLER: 'grid', MLFLOW_TS_PARAM_HPO__STUDY: 'from-env' },
    parameterTexts: ['study=typed'],
  });
  expect(resolved.given).toEqual({ trials: 6, sampler: 'grid', study: 'typed' });
  const sources = Object.fromEntries(resolved.sources.map(({ key, source }) => [key, source]));
  expect(sources).toMatchObject({
    trials: 'a.yaml:2',
    sampler: 'MLFLOW_TS_SAMPLER',
    study: '-p',
    imageSize: 'default',
  });
});

test('a --params file stands between environment and -p', async () => {
  const paramsFile = file('p.json', '{"trials": 3, "study": "file"}');
  const resolved = await load('hpo', { env: { MLFLOW_TS_TRIALS: '9' }, paramsFile, parameterTexts: ['study=typed'] });
  expect(resolved.given).toEqual({ trials: 3, study: 'typed' });
});

test('text becomes what the schema takes: numbers, switches, JSON, and text that looks like a number', async () => {
  const resolved = await load('hpo', {
    parameterTexts: ['trials=7', 'force=true', 'study=0123', 'space={"a": {"choice": [1, 2]}}', 'tensorCache=1e5'],
  });
  expect(resolved.values).toMatchObject({
    trials: 7,
    force: true,
    study: '0123',
    space: { a: { choice: [1, 2] } },
    tensorCache: '1e5',
  });
});

test('a dotted key changes one member of the value below it, or of the default', async () => {
  const resolved = await load('hpo', {
    parameterTexts: ['space.filters.choice=[8, 16]', 'imageSize.height=64', 'imageSize.width=48'],
  });
  expect(resolved.values).toMatchObject({
    space: { learningRate: { choice: [0.1] }, filters: { choice: [8, 16] } },
    imageSize: { height: 64, width: 48 },
  });
  expect(resolved.sources).toContainEqual({ key: 'space.filters.choice', value: [8, 16], source: '-p' });
  expect(resolved.sources).toContainEqual({ key: 'space.learningRate.choice', value: [0.1], source: 'default' });
});

test("a composed flow takes its parts' sections and variables as far as it has the keys, and its own section wins", async () => {
  const resolved = await load('pipeline', {
    configFiles: [
      file('b.yaml', 'pipeline:\n  trials: 2\nhpo:\n  trials: 6\n  tensorCache: abc\n  sampler: random\ncollect:\n'),
    ],
    env: { MLFLOW_TS_PARAM_COLLECT__SOURCE: 'folder:x' },
  });
  expect(resolved.given).toEqual({ trials: 2, sampler: 'random', source: 'folder:x' });
});

test('all problems are told at once, with what was meant and where it was set', async () => {
  const attempt = load('hpo', {
    env: { MLFLOW_TS_SAMPLER: 'gird' },
    parameterTexts: ['trails=3', 'imageSize.heigth=4', 'force=maybe'],
  });
  await expect(attempt).rejects.toMatchObject({ code: 'PARAMETER' });
  const { message } = (await attempt.catch((error: unknown) => error)) as Error;
  expect(message).toContain('unknown parameter "trails" (-p). Did you mean "trials"?');
  expect(message).toContain('sampler: expected grid | random, received "gird" (MLFLOW_TS_SAMPLER).');
  expect(message).toContain('force: expected boolean, received "maybe" (-p).');
  expect(message).toContain('imageSize: expected integer | {height, width}, received {"heigth":4} (-p).');
});

test('a required parameter that nobody set is named with its meaning', async () => {
  await expect(load('collect', {})).rejects.toThrow('source is required (text). Where from. Give it with -p source=…');
});

test('a config file is checked whole: sections and keys of flows that are not run too, with their lines', async () => {
  const configFiles = [file('c.yaml', 'colect:\n  source: x\nhpo:\n  trails: 2\n  trials: many\n')];
  const { message } = (await load('collect', { configFiles }).catch((error: unknown) => error)) as Error;
  expect(message).toContain('unknown section "colect" (c.yaml:1). Did you mean "collect"?');
  expect(message).toContain('hpo: unknown parameter "trails" (c.yaml:4). Did you mean "trials"?');
  expect(message).toContain('hpo: trials: expected integer ≥ 1, received "many" (c.yaml:5).');
});

test('a later config file wins over an earlier one', async () => {
  const configFiles = [file('d1.yaml', 'hpo: { trials: 1, study: one }'), file('d2.yaml', 'hpo: { trials: 2 }')];
  expect((await load('hpo', { configFiles })).given).toEqual({ trials: 2, study: 'one' });
});

test('an option that is short for a parameter is refused where the flow has no such parameter', async () => {
  const options = { trials: { flag: '--trials', value: '4' } };
  expect((await load('hpo', { options })).given).toEqual({ trials: 4 });
  await expect(load('collect', { options, parameterTexts: ['source=x'] })).rejects.toMatchObject({ code: 'USAGE' });
});

test('files that are not there or do not hold what they must are named', async () => {
  await expect(load('hpo', { configFiles: ['none.yaml'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(load('hpo', { configFiles: ['.'] })).rejects.toThrow(/is a folder/);
  await expect(load('hpo', { configFiles: [file('e.yaml', 'hpo: [1')] })).rejects.toThrow(/e\.yaml is not YAML/);
  await expect(load('hpo', { configFiles: [file('f.yaml', '- 1')] })).rejects.toThrow(/must hold a section per flow/);
  await expect(load('hpo', { configFiles: [file('g.yaml', 'hpo: 3')] })).rejects.toThrow(/must hold parameters/);
  await expect(load('hpo', { paramsFile: file('h.json', '{') })).rejects.toThrow(/h\.json is not JSON/);
  await expect(load('hpo', { paramsFile: file('i.json', '[]') })).rejects.toThrow(/one JSON object/);
});

test('an empty config file sets nothing', async () => {
  expect((await load('hpo', { configFiles: [file('j.yaml', '# nothing\n')] })).given).toEqual({});
});

test('a word that is not key=value is refused with an example', async () => {
  await expect(load('hpo', { parameterTexts: ['force'] })).rejects.toThrow(/-p force is not key=value/);
});

test('environment variables: empty ones do not count, long ones that set nothing are refused', async () => {
  expect((await load('hpo', { env: { MLFLOW_TS_TRIALS: '' } })).given).toEqual({});
  expect((await load('hpo', { env: { MLFLOW_TS_PARAM_COLLECT__SOURCE: 'x' } })).given).toEqual({});
  await expect(load('hpo', { env: { MLFLOW_TS_PARAM_HPO__TRAILS: '3' } })).rejects.toThrow(
    /Did you mean "MLFLOW_TS_PARAM_HPO__TRIALS"/,
  );
});
