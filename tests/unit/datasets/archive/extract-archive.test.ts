import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { DataError } from '../../../../src/core/errors.ts';
import { extractArchive } from '../../../../src/datasets/archive/extract-archive.ts';
import type { ExtractLimits } from '../../../../src/datasets/archive/entry-rules.ts';
import { listFiles, quietContext, temporaryFolder } from '../../../helpers/dataset-files.ts';
import { makeZip, type ZipEntry } from '../../../helpers/make-zip.ts';

async function extract(bytes: Uint8Array, limits: Partial<ExtractLimits> = {}) {
  const folder = await temporaryFolder();
  const archive = path.join(folder, 'a.zip');
  await writeFile(archive, bytes);
  const into = path.join(folder, 'out');
  const { signal, progress } = quietContext();
  const outcome = await extractArchive({ archive, into, limits, signal, progress }).catch((error: unknown) => error);
  return { outcome, into, left: (await listFiles(folder)).filter((name) => name !== 'a.zip') };
}

test('unpacks stored and deflated entries, empty files and folders', async () => {
  const { outcome, into, left } = await extract(
    makeZip([
      { path: 'wrapper/', mode: 0o040755 },
      { path: 'wrapper/a.txt', data: 'stored' },
      { path: 'wrapper/deep/er/b.txt', data: 'deflated '.repeat(1_000), deflate: true },
      { path: 'empty.txt' },
    ]),
  );
  expect(outcome).toEqual({ files: 3, bytes: 9_006 });
  expect(left).toEqual(['out/empty.txt', 'out/wrapper/a.txt', 'out/wrapper/deep/er/b.txt']);
  expect(await readFile(path.join(into, 'wrapper/deep/er/b.txt'), 'utf8')).toBe('deflated '.repeat(1_000));
});

test.each([
  ['a long comment', { comment: 'x'.repeat(60_000) }],
  ['a zip64 end record', { zip64: true }],
])('reads an archive with %s', async (_, options) => {
  const { left } = await extract(makeZip([{ path: 'a/b.txt', data: 'x' }], options));
  expect(left).toEqual(['out/a/b.txt']);
});

const good: ZipEntry = { path: 'good/1.jpg', data: 'x' };
const million = Buffer.alloc(5_000_000);

test.each<[string, ZipEntry[], string]>([
  ['a path with ..', [good, { path: '../evil' }], 'leaves the folder by ".."'],
  ['a path with .. inside', [good, { path: 'a/../../evil' }], 'leaves the folder by ".."'],
  ['an absolute path', [good, { path: '/etc/evil' }], 'its path is absolute'],
  ['a backslash', [good, { path: '..\\evil' }], 'holds a backslash'],
  ['a drive letter', [good, { path: 'C:evil' }], 'names a drive'],
  ['an empty name', [good, { path: '' }], 'it has no name'],
  ['an empty part', [good, { path: 'a//b' }], 'has an empty or "." part'],
  ['a control character', [good, { path: 'a\u0000.jpg' }], 'control characters'],
  ['a very long name', [good, { path: `a/${'x'.repeat(300)}` }], 'its name is too long'],
  ['a symbolic link', [good, { path: 'link', data: '/etc/passwd', mode: 0o120777 }], 'is a symbolic link'],
  ['a device', [good, { path: 'device', mode: 0o020666 }], 'is a special file'],
  ['an encrypted entry', [good, { path: 'secret', data: 'x', flags: 1 }], 'is encrypted'],
  ['an unknown compression', [good, { path: 'lzma', data: 'x', method: 14 }], 'compression method 14'],
  ['the same path twice', [good, good], 'taken by another entry'],
  ['paths that differ in case', [good, { path: 'Good/2.jpg' }], 'differs only in case'],
  ['a file where a folder is', [good, { path: 'good' }], 'taken by another entry'],
  ['a folder with data', [good, { path: 'b/', data: 'x' }], 'named as a folder but holds data'],
  ['a wrong checksum', [good, { path: 'b', data: 'x', crc32: 1 }], 'its CRC-32 differs'],
  ['fewer bytes than announced', [good, { path: 'b', data: 'x', claimedBytes: 2 }], 'it has 1 bytes where'],
  ['an announced bomb', [good, { path: 'bomb', data: million, deflate: true }], 'zip bomb'],
  ['a hidden bomb', [good, { path: 'bomb', data: million, deflate: true, claimedBytes: 10 }], 'zip bomb'],
])('refuses %s, names the entry and leaves nothing', async (_, entries, problem) => {
  const { outcome, left } = await extract(makeZip(entries));
  expect(outcome).toBeInstanceOf(DataError);
  expect((outcome as DataError).message).toContain(problem);
  expect((outcome as DataError).message).toContain(JSON.stringify(entries[1]!.path));
  expect(left).toEqual([]);
});

test.each<[string, Partial<ExtractLimits>, ZipEntry[], string]>([
  ['entries', { maxEntries: 1 }, [good, { path: 'b' }], 'more than 1'],
  ['announced bytes', { maxBytes: 10 }, [good, { path: 'b', data: 'x'.repeat(20) }], 'more than 10 bytes'],
  ['real bytes', { maxBytes: 10 }, [{ path: 'b', data: 'x'.repeat(20), claimedBytes: 5 }], 'more than 10 bytes'],
])('refuses more %s than allowed', async (_, limits, entries, problem) => {
  const { outcome, left } = await extract(makeZip(entries), limits);
  expect(outcome).toBeInstanceOf(DataError);
  expect((outcome as DataError).message).toContain(problem);
  expect(left).toEqual([]);
});

const whole = makeZip([good, { path: 'b.txt', data: 'hello '.repeat(5_000), deflate: true }]);

test.each<[string, Uint8Array]>([
  ['an empty file', Buffer.alloc(0)],
  ['text', Buffer.from('<html>404</html>')],
  ['an archive that was cut off', whole.subarray(0, whole.length - 30)],
  ['an archive without its beginning', whole.subarray(20)],
  ['an archive that claims many entries', makeZip([good], { claimedEntries: 60_000 })],
  ['an archive that claims billions of entries', makeZip([good], { claimedEntries: 4_000_000_000, zip64: true })],
  ['an archive with damaged content', damage(whole, 60)],
])('tells %s as a DataError and leaves nothing', async (_, bytes) => {
  const { outcome, left } = await extract(bytes);
  expect(outcome).toBeInstanceOf(DataError);
  expect(left).toEqual([]);
});

test('stops when it is cancelled and leaves nothing', async () => {
  const folder = await temporaryFolder();
  const archive = path.join(folder, 'a.zip');
  await writeFile(archive, makeZip(Array.from({ length: 50 }, (_, at) => ({ path: `${at}.txt`, data: 'x' }))));
  const cancel = new AbortController();
  const progress = () => cancel.abort(new Error('enough'));
  await expect(
    extractArchive({ archive, into: path.join(folder, 'out'), signal: cancel.signal, progress }),
  ).rejects.toThrow('enough');
  expect(await listFiles(folder)).toEqual(['a.zip']);
});

function damage(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xff, at, at + 20);
  return copy;
}
