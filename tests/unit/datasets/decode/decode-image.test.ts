import { crc32 } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { loadSharp } from '../../../../src/core/load-sharp.ts';
import { DataError } from '../../../../src/core/errors.ts';
import { decodeImage, pixelDecoder } from '../../../../src/datasets/decode/decode-image.ts';
import { pixelFitter } from '../../../../src/datasets/decode/fit-pixels.ts';

const sharp = loadSharp();

const decodePixels = pixelDecoder();
const fitPixels = pixelFitter();
const red = { r: 200, g: 20, b: 40 };
const picture = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: red } });

/** Left half black, right half white. */
const halves = sharp(Buffer.from([0, 0, 255, 255, 0, 0, 255, 255]), { raw: { width: 4, height: 2, channels: 1 } });

test('a colour image in colour and in grey', async () => {
  const bytes = await picture(3, 2).png().toBuffer();
  expect([...(await decodeImage(bytes, { height: 1, width: 1, channels: 3 }))]).toEqual([200, 20, 40]);
  expect([...(await decodeImage(bytes, { height: 1, width: 2, channels: 1 }))]).toEqual([76, 76]);
});

test('grey, 16 bit, palette, CMYK, transparent and animated images come out as bytes of the channels asked for', async () => {
  const shape = { height: 2, width: 2, channels: 3 } as const;
  const grey = await halves.clone().png().toBuffer();
  expect([...(await decodeImage(grey, { ...shape, width: 4 })).subarray(3, 9)]).toEqual([0, 0, 0, 255, 255, 255]);
  const deep = await picture(2, 2).toColourspace('rgb16').png().toBuffer();
  expect([...(await decodeImage(deep, shape)).subarray(0, 3)]).toEqual([200, 20, 40]);
  const palette = await picture(2, 2).png({ palette: true }).toBuffer();
  expect([...(await decodeImage(palette, shape)).subarray(0, 3)]).toEqual([200, 20, 40]);
  const cmyk = await picture(2, 2).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
  expect((await decodeImage(cmyk, shape)).length).toBe(12);
  const clear = await sharp({ create: { width: 2, height: 2, channels: 4, background: { ...red, alpha: 0 } } })
    .png()
    .toBuffer();
  expect([...(await decodeImage(clear, shape)).subarray(0, 3)]).toEqual([255, 255, 255]);
  const gif = await picture(2, 2).gif().toBuffer();
  expect((await decodeImage(gif, shape)).length).toBe(12);
});

test('a photo is turned as EXIF says', async () => {
  const turned = await halves.clone().withMetadata({ orientation: 6 }).png().toBuffer();
  const { width, height, data } = await decodePixels(turned);
  expect([width, height]).toEqual([2, 4]);
  expect([...data]).toEqual([0, 0, 0, 0, 255, 255, 255, 255]);
});

const speckled = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, at) => (at * 7919) % 251));
const jpeg = await sharp(speckled, { raw: { width: 64, height: 64, channels: 3 } })
  .jpeg()
  .toBuffer();

test.each([
  ['an empty file', Buffer.alloc(0), 'the file is empty'],
  ['text', Buffer.from('hello, I am not an image'), 'unsupported image format'],
  ['SVG', Buffer.from('  <svg xmlns="http://www.w3.org/2000/svg"/>'), 'it is text'],
  ['a photo that is cut off', jpeg.subarray(0, jpeg.length / 2), 'premature end'],
  ['more than 100 million pixels', await hugePng(), 'pixel limit'],
])('refuses %s', async (_, bytes, message) => {
  const decoding = decodeImage(bytes, { height: 8, width: 8, channels: 3 });
  await expect(decoding).rejects.toThrow(DataError);
  await expect(decoding).rejects.toThrow(message);
});

test('resizing agrees with the antialiased triangle filter of libvips', async () => {
  const noise = Uint8Array.from({ length: 40 * 30 * 3 }, (_, at) => 128 + 100 * Math.sin(at / 17) + ((at * 7919) % 25));
  const raw = { width: 40, height: 30, channels: 3 } as const;
  for (const [width, height] of [
    [10, 15],
    [20, 10],
    [20, 30],
  ] as const) {
    const expected = await sharp(noise, { raw })
      .resize(width, height, { fit: 'fill', kernel: 'linear' })
      .raw()
      .toBuffer();
    const actual = fitPixels({ data: noise, ...raw }, { width, height, channels: 3 });
    const mean = actual.reduce((sum, value, at) => sum + Math.abs(value - expected[at]!), 0) / actual.length;
    expect(mean).toBeLessThan(1.5);
  }
});

test('enlarging draws straight lines between pixel centres', () => {
  const ramp = { data: Uint8Array.of(0, 100), width: 2, height: 1, channels: 1 } as const;
  expect([...fitPixels(ramp, { width: 4, height: 1, channels: 1 })]).toEqual([0, 25, 75, 100]);
});

test('resizing keeps flat colours and never leaves 0..255', () => {
  const white = fitPixels(
    { data: new Uint8Array(49).fill(255), width: 7, height: 7, channels: 1 },
    { width: 3, height: 11, channels: 1 },
  );
  expect(new Set(white)).toEqual(new Set([255]));
  const pixels = { data: Uint8Array.of(1, 2, 3, 4), width: 2, height: 2, channels: 1 } as const;
  expect(fitPixels(pixels, { width: 2, height: 2, channels: 1 })).toBe(pixels.data);
});

/** A small PNG whose header announces 20,000 x 20,000 pixels. */
async function hugePng(): Promise<Buffer> {
  const bytes = await picture(2, 2).png().toBuffer();
  bytes.writeUInt32BE(20_000, 16);
  bytes.writeUInt32BE(20_000, 20);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  return bytes;
}

test('a turned JPEG, WebP, the first picture of an animation and CMYK come out right', async () => {
  const turned = await halves.clone().resize(16, 8).withMetadata({ orientation: 8 }).jpeg().toBuffer();
  const { width, height } = await decodePixels(turned);
  expect([width, height]).toEqual([8, 16]);
  const webp = await picture(4, 3).webp({ lossless: true }).toBuffer();
  expect([...(await decodePixels(webp)).data.subarray(0, 3)]).toEqual([200, 20, 40]);
  const frames = [red, { r: 0, g: 0, b: 0 }].map(({ r, g, b }) => [r, g, b]);
  const data = Buffer.from(frames.flatMap((colour) => Array.from({ length: 4 }, () => colour).flat()));
  const film = await sharp(data, { raw: { width: 2, height: 4, channels: 3, pageHeight: 2 } })
    .gif()
    .toBuffer();
  const first = await decodePixels(film);
  expect([first.width, first.height, first.data[0]! > 150]).toEqual([2, 2, true]);
  const cmyk = await picture(8, 8).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
  const [r, g, b] = (await decodePixels(cmyk)).data;
  expect(r! > 120 && g! < 100 && b! < 100).toBe(true);
});
