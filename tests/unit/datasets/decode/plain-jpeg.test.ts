import { expect, test } from '@jest/globals';
import { loadSharp } from '../../../../src/core/load-sharp.ts';
import { readPlainJpeg } from '../../../../src/datasets/decode/plain-jpeg.ts';
import { photoPixels } from '../../../helpers/drawn-photos.ts';

const { data, width, height, channels } = photoPixels('plain', 40, 24);
const photo = loadSharp()(data, { raw: { width, height, channels } });
const jpeg = await photo.clone().jpeg().toBuffer();

/** Puts a segment behind the beginning of a file. */
const withSegment = (marker: number, content: Buffer) => {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, content, jpeg.subarray(2)]);
};

test('a photo and a grey picture are plain, of whatever quality and sampling', async () => {
  const size = { width: 40, height: 24 };
  expect(readPlainJpeg(jpeg)).toEqual({ ...size, channels: 3 });
  const full = await photo.clone().jpeg({ chromaSubsampling: '4:4:4', quality: 100 }).toBuffer();
  expect(readPlainJpeg(full)).toEqual({ ...size, channels: 3 });
  expect(readPlainJpeg(await photo.clone().toColourspace('b-w').jpeg().toBuffer())).toEqual({ ...size, channels: 1 });
  expect(readPlainJpeg(withSegment(0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0<x/>')))).toBeDefined();
});

test('what is turned, has a colour profile, is progressive or has four channels is not', async () => {
  const turned = (orientation: number) => photo.clone().withMetadata({ orientation }).jpeg().toBuffer();
  expect(
    readPlainJpeg(
      await photo
        .clone()
        .keepExif()
        .withExif({ IFD0: { Software: 'x' } })
        .jpeg()
        .toBuffer(),
    ),
  ).toBeDefined();
  expect(readPlainJpeg(await turned(6))).toBeUndefined();
  expect(readPlainJpeg(await photo.clone().withIccProfile('p3').jpeg().toBuffer())).toBeUndefined();
  expect(readPlainJpeg(await photo.clone().jpeg({ progressive: true }).toBuffer())).toBeUndefined();
  expect(readPlainJpeg(await photo.clone().toColourspace('cmyk').jpeg().toBuffer())).toBeUndefined();
  expect(readPlainJpeg(withSegment(0xee, Buffer.from('Adobe\0d\0\0\0\0\0')))).toBeUndefined();
  expect(readPlainJpeg(withSegment(0xe1, Buffer.from('Exif\0\0II*\0\xff\xff\0\0', 'latin1')))).toBeUndefined();
  expect(readPlainJpeg(await photo.clone().png().toBuffer())).toBeUndefined();
});

test('a file that is cut off anywhere is not, though an end marker lies in its thumbnail', () => {
  const thumbnail = withSegment(0xed, jpeg);
  expect(readPlainJpeg(thumbnail)).toBeDefined();
  for (const file of [jpeg, thumbnail]) {
    for (let end = 0; end < file.length; end += 1) expect(readPlainJpeg(file.subarray(0, end))).toBeUndefined();
  }
});
