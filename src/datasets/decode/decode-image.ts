import type Sharp from 'sharp';
import { loadSharp } from '../../core/load-sharp.ts';
import { DataError } from '../../core/errors.ts';
import { decodeBmp, isBmp } from './decode-bmp.ts';
import { pixelFitter } from './fit-pixels.ts';
import { loadJpegDecoder, type DecodeJpeg } from './jpeg-decoder.ts';
import type { ImageShape, Pixels } from './pixels.ts';
import { readPlainJpeg } from './plain-jpeg.ts';

/**
 * Decodes an image file and stretches it to the given shape: uint8 `[height, width, channels]`, 0..255. Prep and predict
 * both use it, so a served image is seen as the training images were. Throws DataError for what is not a whole image.
 */
export async function decodeImage(bytes: Uint8Array, shape: ImageShape): Promise<Uint8Array> {
  return pixelFitter()(await pixelDecoder()(bytes), shape);
}

/** Decodes an image file at its own size; throws DataError. */
export type DecodePixels = (bytes: Uint8Array) => Promise<Pixels>;

export type PixelDecoderOptions = {
  /** Default: the one that is there; null: none. */
  readonly decodeJpeg?: DecodeJpeg | null;
  /** Loads sharp when it is first needed. */
  readonly sharp?: () => typeof Sharp;
};

/**
 * Makes what decodes image files at their own size: pictures without colour to one channel, all others (also CMYK and 16 bit) to
 * sRGB; turned as EXIF says; transparent parts on white; the first picture of an animation. It throws DataError for broken images,
 * for unknown formats and, before decoding, for more than 100 million pixels. Plain JPEGs go through `decodeJpeg`; whatever that refuses, and
 * all else, through sharp.
 */
export function pixelDecoder(options: PixelDecoderOptions = {}): DecodePixels {
  const { decodeJpeg = loadJpegDecoder() ?? null, sharp = loadSharp } = options;
  return async (bytes) => {
    const plain = decodeJpeg === null ? undefined : await decodePlainJpeg(bytes, decodeJpeg);
    if (plain !== undefined) return withoutUnusedColour(plain);
    if (bytes.length === 0) throw new DataError('The image cannot be decoded: the file is empty.');
    if (isMarkup(bytes)) throw new DataError('The image cannot be decoded: it is text, not a picture of pixels.');
    return withoutUnusedColour(isBmp(bytes) ? decodeBmp(bytes, MAX_PIXELS) : await decodeWithSharp(bytes, sharp()));
  };
}

const MAX_PIXELS = 100_000_000;

/** Undefined for what sharp has to decode, or to refuse: it names the reason. */
async function decodePlainJpeg(bytes: Uint8Array, decode: DecodeJpeg): Promise<Pixels | undefined> {
  const frame = readPlainJpeg(bytes);
  if (frame === undefined || frame.height * frame.width > MAX_PIXELS) return undefined;
  try {
    const data = await decode(bytes, frame);
    return data.length === frame.height * frame.width * frame.channels ? { ...frame, data } : undefined;
  } catch {
    return undefined;
  }
}

async function decodeWithSharp(bytes: Uint8Array, sharp: typeof Sharp): Promise<Pixels> {
  try {
    const { data, info } = await sharp(bytes, { autoOrient: true, limitInputPixels: MAX_PIXELS, failOn: 'error' })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`it has ${info.channels} channels`);
    return { data, width: info.width, height: info.height, channels: 3 };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0]! : String(cause);
    throw new DataError(`The image cannot be decoded: ${reason}`, { cause });
  }
}

/** A picture whose three channels are equal everywhere has one: grey files are the same picture in every format. */
function withoutUnusedColour(pixels: Pixels): Pixels {
  const { data } = pixels;
  if (pixels.channels === 1) return pixels;
  for (let at = 0; at < data.length; at += 3) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return pixels;
  }
  const grey = new Uint8Array(data.length / 3);
  for (let at = 0; at < grey.length; at += 1) grey[at] = data[at * 3]!;
  return { ...pixels, data: grey, channels: 1 };
}

/** SVG and its kin may name other files; they are not photos. */
function isMarkup(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString('utf8');
  return /^[\ufeff\s]*</u.test(start);
}
