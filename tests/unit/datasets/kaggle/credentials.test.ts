import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { ParameterError } from '../../../../src/core/errors.ts';
import { authorization, findCredentials } from '../../../../src/datasets/kaggle/credentials.ts';
import { temporaryFolder, writeFiles } from '../../../helpers/dataset-files.ts';

const now = Date.parse('2026-03-01T00:00:00Z');
const keyFile = (username: string): string => JSON.stringify({ username, key: 'k' });

/** Every place at once, the first in order first; each test takes away those before the one it is about. */
async function everywhere() {
  const home = await temporaryFolder();
  await writeFiles(home, {
    'token-file': ' from-file \n',
    'notebook-file': 'from-notebook',
    'config/kaggle.json': keyFile('config'),
    'xdg/kaggle/kaggle.json': keyFile('xdg'),
    '.kaggle/access_token': 'home-token\n',
    '.kaggle/access_token.txt': 'home-token-txt',
    '.kaggle/kaggle.json': keyFile('home'),
    '.kaggle/credentials.json': JSON.stringify({
      access_token: 'login',
      access_token_expiration: '2026-03-02T00:00:00Z',
    }),
  });
  return { home, env: { HOME: home, XDG_CONFIG_HOME: path.join(home, 'xdg') } };
}

const shown = async (env: Record<string, string>): Promise<string> => {
  const found = await findCredentials(env, now);
  return found.kind === 'token' ? found.token : found.kind === 'key' ? `${found.username}:${found.key}` : 'nobody';
};

test('a notebook’s token comes first, then KAGGLE_API_TOKEN, as a token or as the path of a file', async () => {
  const { home, env } = await everywhere();
  const notebook = { KAGGLE_KERNEL_RUN_TYPE: 'Batch', KAGGLE_API_V1_TOKEN: path.join(home, 'notebook-file') };
  expect(await shown({ ...env, ...notebook, KAGGLE_API_TOKEN: 'given' })).toBe('from-notebook');
  expect(await shown({ ...env, KAGGLE_API_V1_TOKEN: path.join(home, 'notebook-file') })).toBe('home-token');
  expect(await shown({ ...env, KAGGLE_API_TOKEN: 'given', KAGGLE_USERNAME: 'u', KAGGLE_KEY: 'k' })).toBe('given');
  expect(await shown({ ...env, KAGGLE_API_TOKEN: path.join(home, 'token-file') })).toBe('from-file');
});

test('an empty token file that was named ends the search for tokens', async () => {
  const { home, env } = await everywhere();
  await writeFiles(home, { empty: ' \n' });
  expect(await shown({ ...env, KAGGLE_API_TOKEN: path.join(home, 'empty') })).toBe('home:k');
});

test('the files of the home folder follow, then the pair of variables, then kaggle.json', async () => {
  const { home, env } = await everywhere();
  const pair = { KAGGLE_USERNAME: 'u', KAGGLE_KEY: 'v' };
  expect(await shown({ ...env, ...pair })).toBe('home-token');
  await writeFiles(home, { '.kaggle/access_token': '' });
  expect(await shown({ ...env, ...pair })).toBe('home-token-txt');
  await writeFiles(home, { '.kaggle/access_token.txt': '' });
  expect(await shown({ ...env, ...pair })).toBe('u:v');
  expect(await shown({ ...env, KAGGLE_USERNAME: 'u' })).toBe('home:k');
  expect(await shown({ ...env, KAGGLE_CONFIG_DIR: path.join(home, 'config') })).toBe('config:k');
});

test('without ~/.kaggle the XDG folder is looked at; without anything nobody asks', async () => {
  const home = await temporaryFolder();
  await writeFiles(home, { '.config/kaggle/kaggle.json': keyFile('xdg') });
  expect(await shown({ HOME: home })).toBe('xdg:k');
  expect(await shown({ HOME: await temporaryFolder() })).toBe('nobody');
});

test('what a login keeps is used while it lasts', async () => {
  for (const [expires, expected] of [
    ['2026-03-02T00:00:00Z', 'login'],
    ['2026-02-28T00:00:00Z', 'nobody'],
  ] as const) {
    const home = await temporaryFolder();
    const login = { access_token: 'login', access_token_expiration: expires };
    await writeFiles(home, { '.kaggle/credentials.json': JSON.stringify(login) });
    expect(await shown({ HOME: home })).toBe(expected);
  }
});

test.each(['{', '[]', '{"username":"u"}', '{"username":"u","key":""}'])(
  'a kaggle.json of %s is an error that names it',
  async (text) => {
    const home = await temporaryFolder();
    await writeFiles(home, { '.kaggle/kaggle.json': text });
    await expect(findCredentials({ HOME: home }, now)).rejects.toThrow(ParameterError);
    await expect(findCredentials({ HOME: home }, now)).rejects.toThrow(path.join(home, '.kaggle/kaggle.json'));
  },
);

test('a kaggle.json that others can read is remarked on', async () => {
  const { home, env } = await everywhere();
  const wanted = { ...env, KAGGLE_CONFIG_DIR: path.join(home, 'config'), HOME: path.join(home, 'none') };
  await chmod(path.join(home, 'config/kaggle.json'), 0o644);
  expect(await findCredentials(wanted, now)).toMatchObject({ remark: expect.stringContaining('chmod 600') });
  await chmod(path.join(home, 'config/kaggle.json'), 0o600);
  expect(await findCredentials(wanted, now)).not.toHaveProperty('remark');
});

test('a token is shown as Bearer, a pair as Basic, nobody not at all', () => {
  expect(authorization({ kind: 'token', token: 't', from: '' })).toEqual({ authorization: 'Bearer t' });
  expect(authorization({ kind: 'key', username: 'u', key: 'k', from: '' })).toEqual({ authorization: 'Basic dTpr' });
  expect(authorization({ kind: 'anonymous' })).toEqual({});
});
