import { DataError } from '../../core/errors.ts';
import type { Pixels } from './pixels.ts';

/** Whether bytes begin as a BMP file does. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes.length > 26 && bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/**
 * Decodes a BMP file, which libvips cannot: 1, 4 and 8 bits with a palette, 16, 24 and 32 bits, also with masks, from either end.
 * uint8 `[height, width, 3]`; transparency is not looked at. Throws DataError for compressed and damaged files and for more
 * than 100 million pixels. @see https://learn.microsoft.com/windows/win32/gdi/bitmap-header-types
 */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): Pixels & { readonly channels: 3 } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view);
  const { width, height, bits, offset } = header;
  if (width < 1 || height < 1 || width * height > maxPixels) throw refused(`it says that it is ${width} × ${height}`);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (offset + stride * height > bytes.length) throw refused('it is cut off');
  const colourAt = header.bits <= 8 ? fromPalette(view, header) : fromMasks(view, header);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const row = offset + stride * (header.topDown ? y : height - 1 - y);
    for (let x = 0; x < width; x += 1) colourAt(row, x, data, (y * width + x) * 3);
  }
  return { data, width, height, channels: 3 };
}

/** Width and height by the file's first bytes. Throws DataError for what cannot be decoded. */
export function bmpSize(start: Uint8Array): { width: number; height: number } {
  const { width, height } = readHeader(new DataView(start.buffer, start.byteOffset, start.byteLength));
  return { width, height };
}

type Header = {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly masked: boolean;
  /** Where the pixels begin, and where the header ends. */
  readonly offset: number;
  readonly end: number;
  /** Bytes of a colour of the palette. */
  readonly entry: 3 | 4;
};

const FILE_HEADER = 14;
const CORE_HEADER = 12;
const INFO_HEADER = 40;
const UNCOMPRESSED = 0;
const MASKED = [3, 6];

function readHeader(view: DataView): Header {
  const size = view.getUint32(FILE_HEADER, true);
  const offset = view.getUint32(10, true);
  const end = FILE_HEADER + size;
  if (size === CORE_HEADER) {
    const [width, height, bits] = [18, 20, 24].map((at) => view.getUint16(at, true)) as [number, number, number];
    return checkBits({ width, height, bits, topDown: false, masked: false, offset, end, entry: 3 });
  }
  if (size < INFO_HEADER || view.byteLength < end) throw refused('its header is damaged');
  const compression = view.getUint32(30, true);
  const masked = MASKED.includes(compression);
  if (compression !== UNCOMPRESSED && !masked) throw refused(`it is compressed (method ${compression})`);
  const height = view.getInt32(22, true);
  return checkBits({
    ...{ width: view.getInt32(18, true), height: Math.abs(height), topDown: height < 0 },
    ...{ bits: view.getUint16(28, true), masked, offset, end, entry: 4 },
  });
}

function checkBits(header: Header): Header {
  if ([1, 4, 8, 16, 24, 32].includes(header.bits)) return header;
  throw refused(`it has ${header.bits} bits a pixel`);
}

/** Writes the colour of the pixel `x` of the row that begins at a byte. */
type ColourAt = (row: number, x: number, into: Uint8Array, at: number) => void;

function fromPalette(view: DataView, { bits, end, offset, entry }: Header): ColourAt {
  const colours = Math.min(2 ** bits, Math.floor((offset - end) / entry));
  return (row, x, into, at) => {
    const bit = x * bits;
    const shift = 8 - bits - (bit % 8);
    const index = (view.getUint8(row + (bit >> 3)) >> shift) & (2 ** bits - 1);
    if (index >= colours) throw refused(`it has no colour ${index}`);
    for (let channel = 0; channel < 3; channel += 1) {
      into[at + channel] = view.getUint8(end + index * entry + 2 - channel);
    }
  };
}

const DEFAULT_MASKS = { 16: [0x7c00, 0x03e0, 0x001f], 32: [0xff0000, 0xff00, 0xff] } as const;

function fromMasks(view: DataView, { bits, masked }: Header): ColourAt {
  if (bits === 24) {
    return (row, x, into, at) => {
      for (let channel = 0; channel < 3; channel += 1) into[at + channel] = view.getUint8(row + x * 3 + 2 - channel);
    };
  }
  // The masks lie behind the 40 bytes of the oldest header, or are the next fields of the newer ones.
  const place = FILE_HEADER + INFO_HEADER;
  if (masked && view.byteLength < place + 12) throw refused('it is cut off');
  const masks = masked ? [0, 4, 8].map((at) => view.getUint32(place + at, true)) : DEFAULT_MASKS[bits as 16 | 32];
  const channels = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, most: mask >>> shift || 1 };
  });
  return (row, x, into, at) => {
    const value = bits === 16 ? view.getUint16(row + x * 2, true) : view.getUint32(row + x * 4, true);
    channels.forEach(({ mask, shift, most }, channel) => {
      into[at + channel] = Math.round((((value & mask) >>> shift) * 255) / most);
    });
  };
}

function refused(why: string): DataError {
  return new DataError(`The image cannot be decoded: the BMP file cannot be read, ${why}.`);
}
