import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { loadSharp } from '../../../../src/core/load-sharp.ts';
import { readImageSize } from '../../../../src/datasets/decode/read-image-size.ts';
import { temporaryFolder, writeFiles } from '../../../helpers/dataset-files.ts';

let folder = '';
const sizeOf = (name: string) => readImageSize(path.join(folder, name));

/** The headers of a BMP file of 24 bits a pixel, without its pixels. */
function bmpHeaders(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(54);
  bytes.write('BM', 'latin1');
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(24, 28);
  return bytes;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  const picture = loadSharp()({ create: { width: 30, height: 20, channels: 3, background: '#123456' } });
  await writeFiles(folder, {
    'plain.jpg': await picture.clone().jpeg().toBuffer(),
    'turned.jpg': await picture.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    'named.png': await picture.clone().webp().toBuffer(),
    'bottom-up.bmp': bmpHeaders(30, 20),
    'top-down.bmp': bmpHeaders(30, -20),
    'cut.jpg': (await picture.clone().jpeg().toBuffer()).subarray(0, 40),
    'text.jpg': '<svg width="3" height="4" xmlns="http://www.w3.org/2000/svg"/>',
    'empty.png': '',
  });
});

test('reads the size of an image as it is meant to be seen, whatever it is called', async () => {
  expect(await sizeOf('plain.jpg')).toEqual({ width: 30, height: 20 });
  expect(await sizeOf('turned.jpg')).toEqual({ width: 20, height: 30 });
  expect(await sizeOf('named.png')).toEqual({ width: 30, height: 20 });
  expect(await sizeOf('bottom-up.bmp')).toEqual({ width: 30, height: 20 });
  expect(await sizeOf('top-down.bmp')).toEqual({ width: 30, height: 20 });
});

test.each(['cut.jpg', 'text.jpg', 'empty.png'])('of %s there is none', async (name) => {
  expect(await sizeOf(name)).toBeUndefined();
});
