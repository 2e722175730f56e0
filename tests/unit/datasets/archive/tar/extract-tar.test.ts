import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { seededRandom } from '../../../../../src/core/seeded-random.ts';
import type { ExtractLimits } from '../../../../../src/datasets/archive/entry-rules.ts';
import { extractArchive } from '../../../../../src/datasets/archive/extract-archive.ts';
import { listFiles, temporaryFolder } from '../../../../helpers/dataset-files.ts';
import { expectRefusal, extract } from '../../../../helpers/extract.ts';
import { makeTar, paxRecord, type TarEntry } from '../../../../helpers/make-tar.ts';

const random = seededRandom('content');
const part = Buffer.from(Array.from({ length: 100_000 }, () => random.integer(256)));
const large = Buffer.concat(new Array<Buffer>(15).fill(part));

test.each([false, true])('unpacks files, empty ones and folders, and tells their hashes (gzip: %s)', async (gzip) => {
  const { outcome, into, left } = await extract(
    makeTar(
      [
        { path: './', type: '5' },
        { path: './wrapper', type: '5' },
        { path: './wrapper/a.txt', data: 'short' },
        { path: './wrapper/deep/b.bin', data: large },
        { path: 'empty.txt' },
        { path: 'old.txt', data: 'old', old: true },
      ],
      { gzip },
    ),
  );
  const hashOf = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
  expect(outcome).toEqual([
    { path: 'wrapper/a.txt', bytes: 5, sha256: hashOf('short') },
    { path: 'wrapper/deep/b.bin', bytes: 1_500_000, sha256: hashOf(large) },
    { path: 'empty.txt', bytes: 0, sha256: hashOf('') },
    { path: 'old.txt', bytes: 3, sha256: hashOf('old') },
  ]);
  expect(left).toEqual(['out/empty.txt', 'out/old.txt', 'out/wrapper/a.txt', 'out/wrapper/deep/b.bin']);
  expect((await readFile(path.join(into, 'wrapper/deep/b.bin'))).equals(large)).toBe(true);
});

const longName = `${'long/'.repeat(30)}手.txt`;

test.each<[string, TarEntry[]]>([
  [
    'in a pax header',
    [
      { path: 'x', type: 'x', data: paxRecord('path', longName) },
      { path: 'cut', data: 'x' },
    ],
  ],
  [
    'as GNU writes it',
    [
      { path: '././@LongLink', type: 'L', data: longName },
      { path: 'cut', data: 'x' },
    ],
  ],
])('reads a long name %s', async (_, entries) => {
  expect((await extract(makeTar(entries))).left).toEqual([`out/${longName}`]);
});

test('reads what is gzipped in several parts, one after the other', async () => {
  const tar = makeTar([{ path: 'a.txt', data: 'x'.repeat(3_000) }]);
  const { left } = await extract(Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))]));
  expect(left).toEqual(['out/a.txt']);
});

const good: TarEntry = { path: 'good/1.jpg', data: 'x' };

test.each<[string, TarEntry, string]>([
  ['a path with ..', { path: '../evil' }, 'leaves the folder by ".."'],
  ['a path with .. inside', { path: './a/../../evil' }, 'leaves the folder by ".."'],
  ['an absolute path', { path: '/etc/evil' }, 'its path is absolute'],
  ['an empty name', { path: '' }, 'it has no name'],
  ['a symbolic link', { path: 'link', type: '2', link: '/etc/passwd' }, 'is a symbolic link'],
  ['a hard link', { path: 'link', type: '1', link: 'good/1.jpg' }, 'is a hard link'],
  ['a device', { path: 'device', type: '3' }, 'is a special file'],
  ['a pipe', { path: 'pipe', type: '6' }, 'is a special file'],
  ['an unknown kind of entry', { path: 'odd', type: 'S' }, 'is a special file'],
  ['the same path twice', good, 'taken by another entry'],
  ['paths that differ in case', { path: 'Good/2.jpg' }, 'differs only in case'],
  ['a file where a folder is', { path: 'good' }, 'taken by another entry'],
])('refuses %s, names the entry and leaves nothing', async (_, entry, problem) => {
  await expectRefusal(makeTar([good, entry]), problem, { entry: entry.path.replace('./a', 'a') });
  await expectRefusal(makeTar([good, entry], { gzip: true }), problem);
});

test('refuses a file whose empty parts are left out', async () => {
  const sparse: TarEntry = { path: 'x', type: 'x', data: paxRecord('GNU.sparse.major', '1') };
  await expectRefusal(makeTar([good, sparse, { path: 'holes', data: 'x' }]), 'sparse', { entry: 'holes' });
});

test.each<[string, Partial<ExtractLimits>, TarEntry[], string]>([
  ['entries', { maxEntries: 1 }, [good, { path: 'b' }], 'more than 1'],
  ['bytes', { maxBytes: 10 }, [good, { path: 'b', data: 'x'.repeat(20) }], 'more than 10 bytes'],
  ['announced bytes', { maxBytes: 10 }, [good, { path: 'b', claimedBytes: 2_000_000_000 }], 'more than 10 bytes'],
])('refuses more %s than allowed', async (_, limits, entries, problem) => {
  await expectRefusal(makeTar(entries), problem, { limits });
});

test('refuses a bomb: much that comes of little', async () => {
  await expectRefusal(makeTar([good, { path: 'bomb', data: Buffer.alloc(9_000_000) }], { gzip: true }), 'zip bomb', {
    entry: 'bomb',
  });
});

const whole = makeTar([good, { path: 'b.txt', data: 'hello '.repeat(500) }]);
const packed = gzipSync(whole);

test.each<[string, Uint8Array, string]>([
  ['an archive cut off within a file', whole.subarray(0, 2_000), 'damaged'],
  ['an archive cut off between two files', whole.subarray(0, 1_024), 'it has no end'],
  ['an archive without an end', makeTar([good], { end: false }), 'it has no end'],
  ['a packed archive that was cut off', packed.subarray(0, packed.length - 9), 'damaged'],
  ['a packed archive with a wrong checksum', flip(packed, packed.length - 6), 'damaged'],
  ['an archive with a damaged header', flip(whole, 1_030), 'damaged'],
  ['a packed file that is no archive', gzipSync('label,path\n'.repeat(200)), 'no tar archive'],
  ['a packed file that is empty', gzipSync(''), 'it has no end'],
])('tells %s as a DataError and leaves nothing', async (_, bytes, reason) => {
  await expectRefusal(bytes, reason);
});

test('stops when it is cancelled and leaves nothing', async () => {
  const folder = await temporaryFolder();
  const archive = path.join(folder, 'a.tar');
  await writeFile(archive, makeTar(Array.from({ length: 2_000 }, (_, at) => ({ path: `${at}.txt`, data: 'x' }))));
  const cancel = new AbortController();
  const progress = () => cancel.abort(new Error('enough'));
  const into = path.join(folder, 'out');
  await expect(extractArchive({ archive, into, signal: cancel.signal, progress })).rejects.toThrow('enough');
  expect(await listFiles(folder)).toEqual(['a.tar']);
});

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 0x55;
  return copy;
}
