import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { openRegistry } from '../../src/registry/open-registry.ts';
import { createPruner, prunerSettingsSchema } from '../../src/training/search/pruners/catalogue.ts';
import { aStudy, optimizeX } from '../helpers/studies.ts';
import { runCliHere } from './run-cli.ts';
import type { Ended } from './run-cli.ts';

const cwd = mkdtempSync(join(tmpdir(), 'cli-studies-'));
mkdirSync(join(cwd, '.mlflow-ts'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const cli = (...args: string[]): Promise<Ended> => runCliHere(args, { cwd });
const json = async (...args: string[]): Promise<ReturnType<typeof JSON.parse>> =>
  JSON.parse((await cli(...args, '--json')).stdout);

const space = { x: { choice: [3, 5, 1, 4] }, kind: { choice: ['a'] } };
const number = expect.any(Number) as unknown;

/** A study of one metric in which a trial was pruned, and one of two metrics. */
beforeAll(async () => {
  const registry = await openRegistry({ path: join(cwd, '.mlflow-ts', 'registry.db'), clock: systemClock });
  const { db } = registry;
  const pruner = prunerSettingsSchema.parse({ name: 'asha', reductionFactor: 2 });
  const one = await aStudy(db, { name: 'one', space, settings: { epochs: 2, pruner } });
  await optimizeX(db, one, {
    pruner: createPruner(pruner, { studyName: 'one', direction: 'maximize' }),
    runTrial: ({ params }, _, report) => {
      report(1, Number(params.x) / 10);
      report(2, Number(params.x) / 5);
      return Promise.resolve({ value: Number(params.x) / 5 });
    },
  });
  const objectives = [
    { metric: 'validationAccuracy', direction: 'maximize' },
    { metric: 'parameters', direction: 'minimize' },
  ] as const;
  const two = await aStudy(db, { name: 'two', space, objectives });
  await optimizeX(db, two, {
    runTrial: ({ params }) => {
      const x = Number(params.x);
      return Promise.resolve({ value: x, metrics: { parameters: x === 4 ? 50 : 10 * x } });
    },
  });
  await registry.close();
});

test('studies ls lists the newest first, with how their trials ended', async () => {
  const { stdout } = await cli('study', 'ls');
  expect(stdout).toMatch(/^STUDY +ID +STATE +SAMPLER +COMPLETE +PRUNED +FAILED +METRIC +BEST +CREATED\n/);
  expect(stdout).toMatch(
    /two +\w+ +finished +grid +4\/4 +0 +0 +validationAccuracy parameters +5 .*\none +\w+ +finished +grid \+ asha +2\/4 +2 +0 /,
  );
  expect(await json('studies', 'ls')).toMatchObject([
    { name: 'two', metrics: [{ metric: 'validationAccuracy' }, { metric: 'parameters', direction: 'minimize' }] },
    { name: 'one', pruner: 'asha', trials: 4, complete: 2, pruned: 2, best: { trial: 1, value: 1 } },
  ]);
});

test('studies show tells settings, space and the trials epoch by epoch, the best marked', async () => {
  const { stdout } = await cli('studies', 'show', 'one');
  expect(stdout).toMatch(/Trials +4, 2 complete, 2 pruned\n +Metric +validationAccuracy \(maximize\)/);
  expect(stdout).toMatch(/Space +x: \{"choice":\[3,5,1,4\]\}\n +kind: /);
  expect(stdout).toMatch(/1 +complete +1 +2 +0.500 1.00 +x=5 kind=a +best\n +2 +pruned +0.1 +1 +0.100 +x=1 kind=a\n/);
  expect(await json('studies', 'show', 'one')).toMatchObject({
    settings: { pruner: { name: 'asha' } },
    trialDetails: [
      {
        reports: [
          { step: 1, value: 0.3 },
          { step: 2, value: 0.6 },
        ],
      },
      { state: 'complete' },
      { state: 'pruned', value: 0.1, reports: [{ step: 1 }] },
      {},
    ],
  });
  expect((await cli('studies', 'show', 'onee')).stderr).toContain('Did you mean "one"?');
  expect(await cli('studies', 'show', 'nothing')).toMatchObject({
    ...{ code: 2, stderr: expect.stringContaining('studies ls') },
  });
});

test('studies best gives the best trial, of several metrics the Pareto list', async () => {
  expect(await json('studies', 'best', 'one')).toMatchObject({
    study: { name: 'one', metrics: [{ direction: 'maximize' }] },
    trials: [{ trial: 1, params: { x: 5 }, values: { validationAccuracy: 1 }, trainingRun: null }],
  });
  const { trials } = await json('studies', 'best');
  expect(trials).toMatchObject([{ trial: 1 }, { trial: 0 }, { trial: 2, values: { parameters: 10 } }]);
  const { stdout, stderr } = await cli('studies', 'best', 'two');
  expect(stdout).toMatch(/^TRIAL +VALIDATION ACCURACY +PARAMETERS +TRAINING RUN +WITH\n +1 +5 +50 /);
  expect(stderr).toContain('Pareto list');
});

test('studies importance tells how much each parameter mattered, for any metric of the study', async () => {
  expect((await cli('studies', 'importance')).stdout).toMatch(/^PARAMETER +IMPORTANCE\nx +100.0 % +█+\n$/);
  expect(await json('studies', 'importance', 'two', '--metric', 'parameters')).toMatchObject({
    ...{ evaluator: 'ped-anova', metric: 'parameters', trials: 4, leftOut: ['kind'] },
    importances: [{ parameter: 'x', importance: number }],
  });
  const wrong = await cli('studies', 'importance', '--metric', 'validationAcuracy');
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean "validationAccuracy"?') });
});
