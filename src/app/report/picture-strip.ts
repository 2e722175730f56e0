import { loadSharp } from '../../core/load-sharp.ts';
import { htmlImage } from './html-page.ts';

/**
 * Square pictures side by side as one image of a page, which shows between them; nothing without any.
 * `pictures` are uint8 `[side, side, 3]`.
 */
export async function pictureStrip(pictures: readonly Uint8Array[], side: number, caption: string): Promise<string> {
  if (pictures.length === 0) return '';
  const sharp = loadSharp();
  const step = side + GAP;
  const size = { width: step * pictures.length - GAP, height: side };
  const placed = pictures.map((picture, at) => ({
    input: Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength),
    raw: { width: side, height: side, channels: 3 as const },
    left: at * step,
    top: 0,
  }));
  const ground = { ...size, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 0 } };
  const bytes = await sharp({ create: ground }).composite(placed).webp({ quality: QUALITY }).toBuffer();
  return htmlImage(bytes, 'image/webp', caption);
}

const GAP = 4;
const QUALITY = 85;
