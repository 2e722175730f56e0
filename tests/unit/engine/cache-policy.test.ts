import { expect, test } from '@jest/globals';
import { byInputs, cacheBy, cacheKeyOf } from '../../../src/engine/cache-policy.ts';

const decode = { name: 'decode', version: '1' };

test('equal inputs have one key whatever the order of their members', async () => {
  expect(await cacheKeyOf(byInputs, decode, { a: 1, b: 2 })).toEqual(
    await cacheKeyOf(byInputs, decode, { b: 2, a: 1 }),
  );
});

test.each([
  ['inputs', byInputs, decode, { a: 2 }],
  ['task', byInputs, { name: 'encode', version: '1' }, { a: 1 }],
  ['version', byInputs, { name: 'decode', version: '2' }, { a: 1 }],
  ['policy', cacheBy<{ a: number }>(({ a }) => ({ a })), decode, { a: 1 }],
])('another %s is another key', async (_, policy, task, input) => {
  expect(await cacheKeyOf(policy, task, input)).not.toEqual(await cacheKeyOf(byInputs, decode, { a: 1 }));
});

test('what cacheBy leaves out does not count', async () => {
  const policy = cacheBy(({ path }: { path: string; debug: boolean }) => ({ path }));
  const quiet = await cacheKeyOf(policy, decode, { path: 'x', debug: false });
  expect(await cacheKeyOf(policy, decode, { path: 'x', debug: true })).toEqual(quiet);
});

test('a part that cannot be hashed gives no key but a reason', async () => {
  const policy = cacheBy(() => ({ when: new Date(0) }));
  const key = await cacheKeyOf(policy, decode, {});
  expect(key).toMatchObject({ kind: 'unhashable', reason: expect.stringContaining('when is not JSON') });
});

test('a policy that throws gives no key but a reason', async () => {
  const policy = cacheBy(() => Promise.reject(new Error('no such file')));
  expect(await cacheKeyOf(policy, decode, {})).toEqual({ kind: 'unhashable', reason: 'no such file' });
});
