import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { configYaml } from '../../../src/cli/config-yaml.ts';
import type { ResolvedParameters } from '../../../src/app/resolve-parameters.ts';

const hpo: ResolvedParameters = {
  given: {},
  values: { trials: 6, space: { lr: { choice: [1, 2] } }, source: 'a: b # c', none: null, empty: {} },
  sources: [
    { key: 'trials', value: 6, source: 'configs/x.yaml:3' },
    { key: 'space.lr.choice', value: [1, 2], source: '-p' },
    { key: 'source', value: 'a: b # c', source: 'default' },
    { key: 'none', value: null, source: 'default' },
    { key: 'empty', value: {}, source: 'default' },
  ],
};

test('it is a config file: reading it gives the parameters back, with and without sources', () => {
  for (const withSources of [true, false]) {
    expect(parse(configYaml([['hpo', hpo]], withSources))).toEqual({ hpo: hpo.values });
  }
});

test('with sources each value has its own behind it', () => {
  const lines = configYaml([['hpo', hpo]], true)
    .split('\n')
    .map((line) => line.trim());
  expect(lines).toContain('trials: 6 # configs/x.yaml:3');
  expect(lines).toContain('choice: [1, 2] # -p');
  expect(lines).toContain('empty: {} # default');
});
