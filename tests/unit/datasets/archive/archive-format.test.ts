import { expect, test } from '@jest/globals';
import { formatOf } from '../../../../src/datasets/archive/archive-format.ts';
import { expectRefusal } from '../../../helpers/extract.ts';
import { makeTar } from '../../../helpers/make-tar.ts';
import { makeZip } from '../../../helpers/make-zip.ts';

const entry = { path: 'a.txt', data: 'x' };

test.each([
  ['zip', makeZip([entry]), 'zip'],
  ['an empty zip', makeZip([]), 'zip'],
  ['tar', makeTar([entry]), 'tar'],
  ['tar of before POSIX', makeTar([{ ...entry, old: true }]), 'tar'],
  ['tar.gz', makeTar([entry], { gzip: true }), 'gzip'],
  ['a JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), undefined],
])('%s is told by its content', (_, bytes, format) => {
  expect(formatOf(bytes)).toBe(format);
});

test.each([
  ['nothing', Buffer.alloc(0), 'is an empty file'],
  ['a web page', Buffer.from('\n<!DOCTYPE html><title>Sign in</title>'), 'is a web page'],
  ['text', Buffer.from('404'), 'it has no end record'],
  ['bzip2', Buffer.from('BZh91AY&SY'), 'packed by bzip2'],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), 'packed by xz'],
  ['7z', Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]), 'a 7z archive'],
])('%s instead of an archive is told by what it is', async (_, bytes, reason) => {
  await expectRefusal(bytes, reason);
});
