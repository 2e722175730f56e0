import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../../src/core/json.ts';
import { Seal } from '../../../src/core/seal.ts';
import { Secrets } from '../../../src/core/secrets.ts';

/** Few letters, so that secrets are in texts and in each other, and those that references and regular expressions are made of. */
const PLAIN = [
  'a',
  'b',
  '1',
  '$',
  '\\',
  '.',
  '*',
  '+',
  '?',
  '(',
  ')',
  '[',
  ']',
  '|',
  '^',
  '-',
  '"',
  "'",
  '/',
  ' ',
  '\n',
  '=',
  '%',
  'ü',
  '😀',
];
const LETTERS = [...PLAIN, '{env:', '${env:A}', '{env:B|base64}', '}'];
const text = fc.array(fc.constantFrom(...LETTERS), { maxLength: 12 }).map((letters) => letters.join(''));
const secret = fc
  .array(fc.constantFrom(...PLAIN), { minLength: 4, maxLength: 7 })
  .map((letters) => letters.join(''))
  .filter((value) => value.trim().length >= 4);
const secrets = fc.array(secret, { minLength: 1, maxLength: 3 });

const NAMES = ['A', 'B', 'C'];
const sealOf = (values: readonly string[]): Seal => new Seal(new Map(values.map((value, n) => [NAMES[n]!, value])));

/** A text with secrets in it, as they are and encoded. */
const toldBy = (values: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        text,
        fc
          .constantFrom(...values)
          .chain((value) =>
            fc.constantFrom(
              value,
              JSON.stringify(value),
              encodeURIComponent(value),
              Buffer.from(`x${value}`).toString('base64'),
              Buffer.from(value).toString('hex'),
            ),
          ),
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join(''));

const jsonOf = (told: fc.Arbitrary<string>): fc.Arbitrary<Json> =>
  fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      told,
      fc.integer(),
      fc.constantFrom(1111, 111_111),
      fc.constantFrom(null, true),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(told, tie('json'), { maxKeys: 3 }),
    ),
  })).json;

const withTold = secrets.chain((values) => fc.tuple(fc.constant(values), toldBy(values)));
const withJson = secrets.chain((values) => fc.tuple(fc.constant(values), jsonOf(toldBy(values))));

test('a sealed value opens to the value it was, and never to another', () => {
  fc.assert(
    fc.property(withJson, ([values, json]) => {
      const seal = sealOf(values);
      expect(seal.open(seal.json(json))).toEqual({ value: json });
    }),
    { numRuns: 150 },
  );
});

test('sealing what is sealed changes nothing: it may pass several places that seal', () => {
  fc.assert(
    fc.property(withJson, ([values, json]) => {
      const seal = sealOf(values);
      const once = seal.json(json);
      expect(seal.data(once)).toEqual(once);
    }),
    { numRuns: 80 },
  );
});

test('no secret is left in a sealed text, whatever it is made of', () => {
  fc.assert(
    fc.property(withTold, ([values, told]) => {
      const sealed = sealOf(values).text(told);
      const withoutReferences = sealed.replaceAll(/\$\{env:[ABC](\|[\w.]+)?\}/g, '\u0000');
      for (const value of values) expect(withoutReferences).not.toContain(value);
    }),
    { numRuns: 150 },
  );
});

test('what is sealed does not depend on the values, as long as they are told at the same places', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 8 }), (places) => {
      const told = (value: string): Json => places.map((isSecret, n) => (isSecret ? `<${value}>` : `plain ${n}`));
      const [first, second] = ['first-value', 'quite-another'];
      expect(sealOf([first]).json(told(first))).toEqual(sealOf([second]).json(told(second)));
    }),
    { numRuns: 50 },
  );
});

test('parameters that are written with references resolve to what they stand for, and recorded texts to themselves', () => {
  fc.assert(
    fc.property(text, secret, (around, value) => {
      fc.pre(!around.includes('{env:') && !around.endsWith('$'));
      const known = new Secrets({ TOKEN: value });
      expect(known.resolve(`${around}\${env:TOKEN}`, 'the test')).toBe(`${around}${value}`);
      expect(known.seal.open(known.seal.json(around))).toEqual({ value: around });
    }),
    { numRuns: 80 },
  );
});
