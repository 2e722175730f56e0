import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Json } from '../../../src/core/json.ts';
import { Seal } from '../../../src/core/seal.ts';
import { byInputs, cacheBy, cacheKeyOf, type CacheKey } from '../../../src/engine/cache-policy.ts';

const TASK = { name: 'decode', version: '1' };
const keyOf = (input: Json, seal?: Seal): Promise<CacheKey> => cacheKeyOf(byInputs, TASK, input, seal);

const json = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.constantFrom('__proto__', '', '0', 'null', '${env:TOKEN}', '$${env:TOKEN}'),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true, false, 0, 1, '1'),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('json'), { maxKeys: 4 }),
  ),
})).json;

/** The same value, the members of each object in another order. */
function permuted(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => permuted(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, permuted(member)]),
  );
}

/** As JSON has it: no minus zero. */
const written = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;

test('equal inputs have one key, whatever the order of their members', async () => {
  await fc.assert(
    fc.asyncProperty(json, async (input) => {
      expect(await keyOf(permuted(input))).toEqual(await keyOf(input));
    }),
    { numRuns: 100 },
  );
});

test('different inputs have different keys', async () => {
  await fc.assert(
    fc.asyncProperty(json.chain(withAnother), async ([left, right]) => {
      const [first, second] = [await keyOf(left), await keyOf(right)];
      const areEqual = JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
      expect(JSON.stringify(first) === JSON.stringify(second)).toBe(areEqual);
    }),
    { numRuns: 150 },
  );
});

const withAnother = (left: Json): fc.Arbitrary<[Json, Json]> =>
  fc.tuple(fc.constant(left), fc.oneof(json, fc.constant(permuted(left)), fc.constant([left])));

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => sorted(item));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => [key, sorted(member)]);
  return { members };
}

test('another process has the same key for the same input', async () => {
  const inputs = fc.sample(json, { numRuns: 60, seed: 20_26 }).map(written);
  const module = fileURLToPath(new URL('../../../src/engine/cache-policy.js', import.meta.url));
  const script = `
    import { byInputs, cacheKeyOf } from ${JSON.stringify(module)};
    import { readFileSync } from 'node:fs';
    const inputs = JSON.parse(readFileSync(0, 'utf8'));
    const keys = await Promise.all(inputs.map((input) => cacheKeyOf(byInputs, ${JSON.stringify(TASK)}, input)));
    console.log(JSON.stringify(keys));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    input: JSON.stringify(inputs.map(permuted)),
    encoding: 'utf8',
    env: { LANG: 'tr_TR.UTF-8', TZ: 'Pacific/Chatham' },
  });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual(await Promise.all(inputs.map((input) => keyOf(input))));
});

test('secrets do not enter the key, and which of them is where does', async () => {
  const place = fc.constantFrom('first', 'second', 'neither');
  await fc.assert(
    fc.asyncProperty(fc.array(place, { maxLength: 5 }), fc.array(place, { maxLength: 5 }), async (left, right) => {
      const key = async (places: readonly string[], first: string, second: string): Promise<CacheKey> => {
        const seal = new Seal(
          new Map([
            ['A', first],
            ['B', second],
          ]),
        );
        const value = (at: string): Json => (at === 'first' ? { [first]: `x${first}` } : at === 'second' ? second : at);
        return keyOf(places.map(value), seal);
      };
      expect(await key(left, 'hunter2', 'swordfish')).toEqual(await key(left, 'other value', '12345678'));
      const areEqual = JSON.stringify(left) === JSON.stringify(right);
      const [one, two] = [await key(left, 'hunter2', 'swordfish'), await key(right, 'hunter2', 'swordfish')];
      expect(JSON.stringify(one) === JSON.stringify(two)).toBe(areEqual);
    }),
    { numRuns: 60 },
  );
});

test('a reference as text and the secret that it names have different keys', async () => {
  const seal = new Seal(new Map([['TOKEN', 'hunter2']]));
  expect(await keyOf({ token: 'hunter2' }, seal)).not.toEqual(await keyOf({ token: '${env:TOKEN}' }, seal));
});

test('the name and version of the task and the names of the parts are in the key', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), fc.string(), async (name, version, part) => {
      const key = await cacheKeyOf(
        cacheBy<Json>((input) => ({ [part]: input })),
        { name, version },
        1,
      );
      const others = await Promise.all([
        cacheKeyOf(
          cacheBy<Json>((input) => ({ [part]: input })),
          { name: `${name}.`, version },
          1,
        ),
        cacheKeyOf(
          cacheBy<Json>((input) => ({ [part]: input })),
          { name, version: `${version}.` },
          1,
        ),
        cacheKeyOf(
          cacheBy<Json>((input) => ({ [`${part}.`]: input })),
          { name, version },
          1,
        ),
      ]);
      for (const other of others) expect(other).not.toEqual(key);
    }),
    { numRuns: 40 },
  );
});
