import { expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { ParameterError } from '../../../src/core/errors.ts';
import { Secrets } from '../../../src/core/secrets.ts';

/** Secrets that were learnt by resolving a reference to each of them. */
function learnt(env: Readonly<Record<string, string>>): Secrets {
  const secrets = new Secrets(env);
  secrets.resolve(
    Object.keys(env).map((name) => `\${env:${name}}`),
    'the test',
  );
  return secrets;
}

function problemsWith(env: Readonly<Record<string, string>>, value: Parameters<Secrets['resolve']>[0]): unknown {
  try {
    return new Secrets(env).resolve(value, 'the parameters of census');
  } catch (error) {
    return (error as ParameterError).details.problems;
  }
}

test('a reference is the whole of a text or a part of it, and twice its dollar is the text itself', () => {
  const secrets = new Secrets({ USER: 'jane-doe', PASS: 'hunter2' });
  const given = {
    url: 'https://${env:USER}:${env:PASS}@x',
    list: [1, null, '${env:PASS}'],
    text: '$${env:PASS}',
    both: '$$${env:PASS}',
  };
  expect(secrets.resolve(given, 'the test')).toEqual({
    url: 'https://jane-doe:hunter2@x',
    list: [1, null, 'hunter2'],
    text: '${env:PASS}',
    both: '$hunter2',
  });
});

test('what cannot be resolved is told for every place, with the path of its key', () => {
  expect(
    problemsWith(
      { EMPTY: '', SHORT: 'abc' },
      { a: { b: ['x', 'y', 'say ${env:GONE}'] }, c: '${env:EMPTY}', d: '${env:SHORT}' },
    ),
  ).toEqual([
    'a.b[2]: the environment variable GONE is not set',
    'c: the environment variable EMPTY is empty',
    expect.stringMatching(/^d: the value of SHORT has fewer than 4 characters/),
  ]);
  expect(problemsWith({}, { a: '${env:not a name}', b: '${env:A|base64}' })).toEqual([
    expect.stringMatching(/^a: "\$\{env:" is no reference/),
    expect.stringMatching(/^b: "\$\{env:A\|base64\}" is no reference/),
  ]);
});

test.each([
  ['a word that every record holds', 'Completed'],
  ['a part of such a word', 'omplet'],
  ['what JSON is made of', 'true'],
  ['a part of its own reference', 'OKEN'],
  ['the beginning of a reference', 'x{env:y'],
])('%s is refused, because it could not be kept out of anything', (_, value) => {
  expect(() => new Secrets({ TOKEN: value }).resolve('${env:TOKEN}', 'the test')).toThrow(ParameterError);
});

test('a refusal does not tell the value', () => {
  expect(JSON.stringify(problemsWith({ A: 'abc', B: 'Complet' }, ['${env:A}', '${env:B}']))).not.toMatch(
    /abc|Complet"/,
  );
});

test('a part of a name that is looked up again is refused, whichever is known first', () => {
  const before = new Secrets({ TOKEN: 'home' });
  before.keepReadable(['/home/jane']);
  expect(() => before.resolve('${env:TOKEN}', 'the test')).toThrow(/must stay readable/);
  expect(() => learnt({ TOKEN: 'home' }).keepReadable(['/home/jane'])).toThrow(/\$\{env:TOKEN\}: .*must stay readable/);
});

test('a secret that is the beginning of another one does not leave the rest of it', () => {
  const { seal } = learnt({ SHORT: 'swordfish', LONG: 'swordfish-and-chips', SAME: 'swordfish' });
  expect(seal.text('swordfish-and-chips, swordfish')).toBe('${env:LONG}, ${env:SAME}');
});

test('a secret that is an ordinary word is sealed wherever the word stands', () => {
  expect(learnt({ WORD: 'ready' }).seal.text('already ready')).toBe('al${env:WORD} ${env:WORD}');
});

test.each([
  ['JSON', (value: string) => JSON.stringify({ a: value })],
  ['JSON in JSON', (value: string) => JSON.stringify(JSON.stringify(value))],
  ['console.log', (value: string) => inspect({ a: value })],
  ['a URL', (value: string) => `https://x/?t=${encodeURIComponent(value)}`],
  ['a form', (value: string) => new URLSearchParams({ t: value }).toString()],
  ['base64', (value: string) => Buffer.from(value).toString('base64')],
  ['basic authentication', (value: string) => Buffer.from(`jane:${value}:x`).toString('base64')],
  ['base64 for URLs', (value: string) => Buffer.from(`jane doe:${value}`).toString('base64url')],
  ['hex', (value: string) => Buffer.from(value).toString('hex')],
])('a secret written as %s is sealed', (_, write) => {
  const { seal } = learnt({ TOKEN: 'pass "wörd"/+?>\\\n, line 2' });
  const written = write('pass "wörd"/+?>\\\n, line 2');
  const sealed = seal.text(written);
  expect(sealed).toMatch(/\$\{env:TOKEN/);
  // The rest is what stood around it.
  expect(sealed.replaceAll(/\$\{env:TOKEN(\|[\w.]+)?\}/g, '').length).toBeLessThan(22);
});

test('each longer line of a key is sealed, and the lines that mark its begin and end are not', () => {
  const key = [
    '-----BEGIN PRIVATE KEY-----',
    'MIIEvQIBADANBgkqhkiG9w0B',
    'AQEFAASCBKcwggSjAgEAAoIB',
    '-----END PRIVATE KEY-----',
  ];
  const { seal } = learnt({ KEY: key.join('\n') });
  expect(seal.text(`${key[0]} ${key[2]}`)).toBe(`${key[0]} \${env:KEY|line.3}`);
});

test('a key of any length is sealed, in a text of any length', () => {
  const key = Array.from({ length: 3_000 }, (_, n) => `line ${n} of a very long key`).join('\n');
  const { seal } = learnt({ KEY: key });
  expect(seal.text(`${'-'.repeat(1_000_000)}${key}!`).slice(-12)).toBe('-${env:KEY}!');
});

test('the line break that a file ends with need not be in what is told', () => {
  expect(learnt({ TOKEN: 'abcd\n' }).seal.text('<abcd> abcd\n')).toBe('<${env:TOKEN|trimmed}> ${env:TOKEN}');
});

test('numbers that are a secret are sealed in values and stay numbers when they are opened', () => {
  const { seal } = learnt({ PIN: '83749201' });
  const sealed = seal.json({ pin: 83_749_201, other: 837_492_019 });
  expect(sealed).toEqual({ pin: '${env:PIN|number}', other: 837_492_019 });
  expect(seal.open(sealed)).toEqual({ value: { pin: 83_749_201, other: 837_492_019 } });
});

test('JSON stays JSON, ids and hashes stay whole', () => {
  const { seal } = learnt({ PIN: '8374', HEX: 'cafe' });
  const id = '01a1fd6d-cafe-770c-b29b-9461e0a8374c';
  const text = JSON.stringify({ at: 18_374, id, list: ['8374', { '8374': 8374 }] });
  expect(JSON.parse(seal.document(text))).toEqual({ at: 18_374, id, list: ['${env:PIN}', { '${env:PIN}': 8374 }] });
  expect(seal.document('183740')).toBe('183740');
  expect(JSON.parse(seal.document('8374'))).toBe('${env:PIN|number}');
});

test('what was recorded with a secret that is not known here cannot be opened', () => {
  const sealed = learnt({ TOKEN: 'hunter2' }).seal.json(['hunter2', '${env:TOKEN}']);
  expect(sealed).toEqual(['${env:TOKEN}', '$${env:TOKEN}']);
  expect(new Secrets({}).seal.open(sealed)).toBeUndefined();
  expect(learnt({ TOKEN: 'rotated' }).seal.open(sealed)).toEqual({ value: ['rotated', '${env:TOKEN}'] });
});

test('the first secret is announced once, before it is known', () => {
  const announced: boolean[] = [];
  const secrets = new Secrets({ A: 'hunter2', B: 'swordfish' }, () => announced.push(secrets.isEmpty));
  secrets.resolve(['plain', '${env:A}', '${env:B}'], 'the test');
  expect(announced).toEqual([true]);
});
