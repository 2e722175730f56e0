import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { extractArchive } from '../../../../../src/datasets/archive/extract-archive.ts';
import type { ExtractLimits } from '../../../../../src/datasets/archive/entry-rules.ts';
import { seededRandom } from '../../../../../src/core/seeded-random.ts';
import { listFiles, temporaryFolder } from '../../../../helpers/dataset-files.ts';
import { expectRefusal, extract } from '../../../../helpers/extract.ts';
import { makeZip, zipExtra, type ZipEntry } from '../../../../helpers/make-zip.ts';

test('unpacks stored and deflated entries, empty files and folders, and tells their hashes', async () => {
  const { outcome, into, left } = await extract(
    makeZip([
      { path: 'wrapper/', mode: 0o040755 },
      { path: 'wrapper/a.txt', data: 'stored' },
      { path: 'wrapper/deep/er/b.txt', data: 'deflated '.repeat(1_000), deflate: true },
      { path: 'empty.txt' },
      { path: 'nothing, deflated.txt', deflate: true },
    ]),
  );
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
  expect(outcome).toEqual([
    { path: 'wrapper/a.txt', bytes: 6, sha256: hashOf('stored') },
    { path: 'wrapper/deep/er/b.txt', bytes: 9_000, sha256: hashOf('deflated '.repeat(1_000)) },
    { path: 'empty.txt', bytes: 0, sha256: hashOf('') },
    { path: 'nothing, deflated.txt', bytes: 0, sha256: hashOf('') },
  ]);
  expect(left).toEqual([
    'out/empty.txt',
    'out/nothing, deflated.txt',
    'out/wrapper/a.txt',
    'out/wrapper/deep/er/b.txt',
  ]);
  expect(await readFile(path.join(into, 'wrapper/deep/er/b.txt'), 'utf8')).toBe('deflated '.repeat(1_000));
});

const noise = (bytes: number, seed: number) => {
  const random = seededRandom('noise', seed);
  return Buffer.from(Array.from({ length: bytes }, () => random.integer(256)));
};

test('unpacks many files in threads, and files that are too large to be unpacked in one go', async () => {
  const large = Buffer.concat(new Array<Buffer>(43).fill(noise(100_000, 0)));
  const files: ZipEntry[] = Array.from({ length: 420 }, (_, at) => ({
    path: `${at % 7}/${at}.bin`,
    data: noise(50, at),
    deflate: at % 2 === 0,
  }));
  files.push({ path: 'large/deflated', data: large, deflate: true }, { path: 'large/stored', data: large });
  const { outcome, into } = await extract(makeZip(files));
  const sha256 = createHash('sha256').update(large).digest('hex');
  expect((outcome as unknown[]).slice(-2)).toEqual([
    { path: 'large/deflated', bytes: 4_300_000, sha256 },
    { path: 'large/stored', bytes: 4_300_000, sha256 },
  ]);
  expect((await readFile(path.join(into, 'large/deflated'))).equals(large)).toBe(true);
  for (const { path: name, data } of files.slice(0, 420)) {
    expect((await readFile(path.join(into, name))).equals(data as Buffer)).toBe(true);
  }
});

test('an entry that is damaged among many is named, and nothing is left', async () => {
  const files: ZipEntry[] = Array.from({ length: 420 }, (_, at) => ({ path: `${at}.txt`, data: 'x' }));
  await expectRefusal(makeZip([...files, { path: 'bad.txt', data: 'x', crc32: 1 }]), 'CRC-32', { entry: 'bad.txt' });
});

const utf8Name = Buffer.from('手/ü.txt');

test.each<[string, ZipEntry, Parameters<typeof makeZip>[1], string]>([
  ['a long comment', { path: 'a/b.txt', data: 'x' }, { comment: 'x'.repeat(60_000) }, 'a/b.txt'],
  ['a zip64 end record', { path: 'a/b.txt', data: 'x' }, { zip64: true }, 'a/b.txt'],
  ['zip64 sizes', { path: 'a/b.txt', data: 'x'.repeat(99), deflate: true, zip64: true }, { zip64: true }, 'a/b.txt'],
  ['long local extra fields', { path: 'a/b.txt', data: 'x', extra: { local: Buffer.alloc(5_000) } }, {}, 'a/b.txt'],
  ['a name in UTF-8', { path: '手/ü.txt', data: 'x' }, {}, '手/ü.txt'],
  ["a name in the IBM PC's letters", { path: '', name: Buffer.from([0x81, 0x2e, 0x74]), data: 'x' }, {}, 'ü.t'],
  [
    'a name in an extra field',
    {
      path: '#U624b/#U00fc.txt',
      data: 'x',
      extra: { central: zipExtra(0x7075, Buffer.concat([checksumField('#U624b/#U00fc.txt'), utf8Name])) },
    },
    {},
    '手/ü.txt',
  ],
  [
    'a name in an extra field that is of another name',
    { path: 'a.txt', data: 'x', extra: { central: zipExtra(0x7075, Buffer.concat([checksumField('b'), utf8Name])) } },
    {},
    'a.txt',
  ],
])('reads an archive with %s', async (_, entry, options, name) => {
  const { left } = await extract(makeZip([entry], options));
  expect(left).toEqual([`out/${name}`]);
});

/** Version 1, and the checksum of the name that the field stands in for. */
function checksumField(name: string): Buffer {
  const field = Buffer.from([1, 0, 0, 0, 0]);
  field.writeUInt32LE(crc32(name), 1);
  return field;
}

const good: ZipEntry = { path: 'good/1.jpg', data: 'x' };
const million = Buffer.alloc(5_000_000);

test.each<[string, ZipEntry, string]>([
  ['a path with ..', { path: '../evil' }, 'leaves the folder by ".."'],
  ['a path with .. inside', { path: 'a/../../evil' }, 'leaves the folder by ".."'],
  ['an absolute path', { path: '/etc/evil' }, 'its path is absolute'],
  ['a backslash', { path: '..\\evil' }, 'holds a backslash'],
  ['a drive letter', { path: 'C:evil' }, 'names a drive'],
  ['an empty name', { path: '' }, 'it has no name'],
  ['an empty part', { path: 'a//b' }, 'has an empty or "." part'],
  ['a control character', { path: 'a\u0000.jpg' }, 'control characters'],
  ['a very long name', { path: `a/${'x'.repeat(300)}` }, 'its name is too long'],
  ['a symbolic link', { path: 'link', data: '/etc/passwd', mode: 0o120777 }, 'is a symbolic link'],
  ['a device', { path: 'device', mode: 0o020666 }, 'is a special file'],
  ['an encrypted entry', { path: 'secret', data: 'x', flags: 1 }, 'is encrypted'],
  ['an unknown compression', { path: 'lzma', data: 'x', method: 14 }, 'compression method 14'],
  ['the same path twice', good, 'taken by another entry'],
  ['paths that differ in case', { path: 'Good/2.jpg' }, 'differs only in case'],
  ['paths that differ in how a letter is composed', { path: 'u\u0308' }, 'differs only in case'],
  ['a file where a folder is', { path: 'good' }, 'taken by another entry'],
  ['a folder with data', { path: 'b/', data: 'x' }, 'named as a folder but holds data'],
  ['a wrong checksum', { path: 'b', data: 'x', crc32: 1 }, 'its CRC-32 differs'],
  ['fewer bytes than announced', { path: 'b', data: 'x', claimedBytes: 2 }, 'it has 1 bytes where'],
  ['fewer bytes than announced, deflated', { path: 'b', data: 'x', deflate: true, claimedBytes: 2 }, 'it has 1 bytes'],
  ['an announced bomb', { path: 'bomb', data: million, deflate: true }, 'zip bomb'],
  ['a hidden bomb', { path: 'bomb', data: million, deflate: true, claimedBytes: 10 }, 'more than the 10 bytes'],
  ['an entry that lies nowhere', { path: 'b', data: 'x', headerAt: 4_000_000 }, 'does not lie within'],
  ['an entry within another', { path: 'b', data: 'x', headerAt: 10 }, 'it overlaps'],
])('refuses %s, names the entry and leaves nothing', async (_, entry, problem) => {
  const entries = [good, { path: '\u00fc' }, entry];
  const named = problem === 'it overlaps' ? good.path : entry.path;
  await expectRefusal(makeZip(entries), problem, { entry: named });
});

test.each<[string, Partial<ExtractLimits>, ZipEntry[], string]>([
  ['entries', { maxEntries: 1 }, [good, { path: 'b' }], 'more than 1'],
  ['announced bytes', { maxBytes: 10 }, [good, { path: 'b', data: 'x'.repeat(20) }], 'more than 10 bytes'],
  [
    'real bytes',
    { maxBytes: 10 },
    [{ path: 'b', data: 'x'.repeat(20), deflate: true, claimedBytes: 5 }],
    'more than the 5 bytes',
  ],
])('refuses more %s than allowed', async (_, limits, entries, problem) => {
  await expectRefusal(makeZip(entries), problem, { limits });
});

const whole = makeZip([good, { path: 'b.txt', data: 'hello '.repeat(5_000), deflate: true }]);

test.each<[string, Uint8Array]>([
  ['an archive that was cut off', whole.subarray(0, whole.length - 30)],
  ['an archive without its beginning', whole.subarray(20)],
  ['an archive that claims many entries', makeZip([good], { claimedEntries: 60_000 })],
  ['an archive that claims billions of entries', makeZip([good], { claimedEntries: 4_000_000_000, zip64: true })],
  ['an archive with damaged content', damage(whole, 60)],
  ['an archive of which an entry cannot be found', damage(whole, 0)],
])('tells %s as a DataError and leaves nothing', async (_, bytes) => {
  await expectRefusal(bytes, '');
});

test.each([50, 2_000])('stops when it is cancelled and leaves nothing, of %d files', async (count) => {
  const folder = await temporaryFolder();
  const archive = path.join(folder, 'a.zip');
  await writeFile(archive, makeZip(Array.from({ length: count }, (_, at) => ({ path: `${at}.txt`, data: 'x' }))));
  const cancel = new AbortController();
  const progress = () => cancel.abort(new Error('enough'));
  const into = path.join(folder, 'out');
  await expect(extractArchive({ archive, into, signal: cancel.signal, progress })).rejects.toThrow('enough');
  expect(await listFiles(folder)).toEqual(['a.zip']);
});

function damage(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xff, at, at + 20);
  return copy;
}
