import { loadSharp } from '../../core/load-sharp.ts';
import { SIGN_SIZE } from './draw-sign.ts';

/** The JPEG file of one drawn picture, uint8 `[64, 64, 3]`. */
export async function encodeSign(pixels: Uint8Array): Promise<Buffer> {
  const sharp = loadSharp();
  return sharp(pixels, { raw: { width: SIGN_SIZE, height: SIGN_SIZE, channels: 3 } })
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
}

const JPEG_QUALITY = 90;
