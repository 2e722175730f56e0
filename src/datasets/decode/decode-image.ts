import { loadSharp } from '../../core/load-sharp.ts';
import { DataError } from '../../core/errors.ts';
import { decodeBmp, isBmp } from './decode-bmp.ts';
import { fitPixels } from './fit-pixels.ts';
import type { ImageShape, Pixels } from './pixels.ts';

/**
 * Decodes an image file and stretches it to the given shape: uint8 `[height, width, channels]`, 0..255. Prep and predict
 * both use it, so a served image is seen as the training images were. Throws DataError for what is not a whole image.
 */
export async function decodeImage(bytes: Uint8Array, shape: ImageShape): Promise<Uint8Array> {
  return fitPixels(await decodePixels(bytes), shape);
}

/**
 * Decodes an image file at its own size: pictures without colour to one channel, all others (also CMYK and 16 bit) to sRGB;
 * turned as EXIF says; transparent parts on white; the first picture of an animation. Throws DataError for broken images, for
 * unknown formats and, before decoding, for more than 100 million pixels.
 */
export async function decodePixels(bytes: Uint8Array): Promise<Pixels> {
  if (bytes.length === 0) throw new DataError('The image cannot be decoded: the file is empty.');
  if (isMarkup(bytes)) throw new DataError('The image cannot be decoded: it is text, not a picture of pixels.');
  if (isBmp(bytes)) return withoutUnusedColour(decodeBmp(bytes, MAX_PIXELS));
  const sharp = loadSharp();
  try {
    const { data, info } = await sharp(bytes, { autoOrient: true, limitInputPixels: MAX_PIXELS, failOn: 'error' })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`it has ${info.channels} channels`);
    return withoutUnusedColour({ data, width: info.width, height: info.height, channels: 3 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0]! : String(cause);
    throw new DataError(`The image cannot be decoded: ${reason}`, { cause });
  }
}

const MAX_PIXELS = 100_000_000;

/** A picture whose three channels are equal everywhere has one: grey files are the same picture in every format. */
function withoutUnusedColour(pixels: Pixels): Pixels {
  const { data } = pixels;
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
