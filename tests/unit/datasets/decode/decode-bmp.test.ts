import { expect, test } from '@jest/globals';
import { DataError } from '../../../../src/core/errors.ts';
import { pixelDecoder } from '../../../../src/datasets/decode/decode-image.ts';
import { formatOf, isMislabelled } from '../../../../src/datasets/decode/image-format.ts';

const decodePixels = pixelDecoder();

type Bmp = {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  /** As they lie in the file, without padding. */
  readonly rows: readonly (readonly number[])[];
  readonly compression?: number;
  readonly palette?: readonly (readonly [r: number, g: number, b: number])[];
  readonly masks?: readonly number[];
};

function makeBmp({ width, height, bits, rows, compression = 0, palette = [], masks = [] }: Bmp): Buffer {
  const stride = Math.ceil((width * bits) / 32) * 4;
  const body = Buffer.concat(rows.map((row) => Buffer.concat([Buffer.from(row), Buffer.alloc(stride - row.length)])));
  const tables = Buffer.alloc(masks.length * 4 + palette.length * 4);
  masks.forEach((mask, at) => tables.writeUInt32LE(mask, at * 4));
  palette.forEach(([r, g, b], at) => tables.set([b, g, r, 0], masks.length * 4 + at * 4));
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(54 + tables.length + body.length, 2);
  header.writeUInt32LE(54 + tables.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  return Buffer.concat([header, tables, body]);
}

/** A red and a green pixel above a blue and a white one. */
const COLOURS = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
const PALETTE = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const;
const four = { width: 2, height: 2 };

test.each<[string, Bmp]>([
  [
    '24 bits, from below',
    {
      ...four,
      bits: 24,
      rows: [
        [255, 0, 0, 255, 255, 255],
        [0, 0, 255, 0, 255, 0],
      ],
    },
  ],
  [
    '24 bits, from above',
    {
      ...four,
      height: -2,
      bits: 24,
      rows: [
        [0, 0, 255, 0, 255, 0],
        [255, 0, 0, 255, 255, 255],
      ],
    },
  ],
  [
    '32 bits',
    {
      ...four,
      bits: 32,
      rows: [
        [255, 0, 0, 9, 255, 255, 255, 9],
        [0, 0, 255, 9, 0, 255, 0, 9],
      ],
    },
  ],
  [
    '8 bits',
    {
      ...four,
      bits: 8,
      palette: PALETTE,
      rows: [
        [2, 3],
        [0, 1],
      ],
    },
  ],
  ['4 bits', { ...four, bits: 4, palette: PALETTE, rows: [[0x23], [0x01]] }],
  [
    '16 bits',
    {
      ...four,
      bits: 16,
      rows: [
        [0x1f, 0, 0xff, 0x7f],
        [0, 0x7c, 0xe0, 0x03],
      ],
    },
  ],
  [
    '16 bits with masks',
    {
      ...four,
      bits: 16,
      compression: 3,
      masks: [0xf800, 0x07e0, 0x1f],
      rows: [
        [0x1f, 0, 0xff, 0xff],
        [0, 0xf8, 0xe0, 0x07],
      ],
    },
  ],
])('a BMP file of %s', async (_, bmp) => {
  const { width, height, channels, data } = await decodePixels(makeBmp(bmp));
  expect({ width, height, channels }).toEqual({ ...four, channels: 3 });
  expect([...data]).toEqual(COLOURS);
});

test('black and white of one bit is grey', async () => {
  const bmp = makeBmp({
    width: 10,
    height: 1,
    bits: 1,
    palette: [
      [0, 0, 0],
      [255, 255, 255],
    ],
    rows: [[0b10100000, 0b01000000]],
  });
  const { channels, data } = await decodePixels(bmp);
  expect(channels).toBe(1);
  expect([...data].map((value) => value / 255)).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
});

const sound: Bmp = {
  ...four,
  bits: 24,
  rows: [
    [1, 2, 3, 4, 5, 6],
    [7, 8, 9, 10, 11, 12],
  ],
};

test.each<[string, Buffer, string]>([
  ['is cut off', makeBmp(sound).subarray(0, 60), 'cut off'],
  ['is compressed', makeBmp({ ...sound, compression: 1 }), 'compressed (method 1)'],
  ['says that it is huge', makeBmp({ ...sound, width: 100_000, height: 100_000, rows: [] }), '100000 × 100000'],
  [
    'has no such colour',
    makeBmp({
      ...four,
      bits: 8,
      palette: PALETTE,
      rows: [
        [9, 0],
        [0, 0],
      ],
    }),
    'no colour 9',
  ],
  ['has strange bits', makeBmp({ ...sound, bits: 7, rows: [] }), '7 bits'],
])('refuses a BMP file that %s', async (_, bytes, message) => {
  await expect(decodePixels(bytes)).rejects.toThrow(DataError);
  await expect(decodePixels(bytes)).rejects.toThrow(message);
});

test('no change of a byte makes it fail otherwise than with a DataError', async () => {
  for (const file of [makeBmp(sound), makeBmp({ ...four, bits: 4, palette: PALETTE, rows: [[0x23], [0x01]] })]) {
    for (let at = 2; at < file.length; at += 1) {
      for (const value of [0, 1, 3, 0x7f, 0xff]) {
        const changed = Buffer.from(file);
        changed[at] = value;
        const thrown: unknown = await decodePixels(changed).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (thrown !== undefined) expect(thrown).toBeInstanceOf(DataError);
      }
    }
  }
});

test('a format is told by the first bytes, and compared with the name', () => {
  expect(formatOf(makeBmp(sound))).toBe('bmp');
  expect(formatOf(Buffer.from('hello'))).toBeUndefined();
  expect(isMislabelled('a/b.PNG', 'png')).toBe(false);
  expect(isMislabelled('a/b.jpeg', 'jpeg')).toBe(false);
  expect(isMislabelled('a/b.jpg', 'png')).toBe(true);
  expect(isMislabelled('a/b', 'png')).toBe(false);
});
