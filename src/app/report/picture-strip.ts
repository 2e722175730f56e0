import { loadSharp } from '../../core/load-sharp.ts';
import { htmlImage } from './html-page.ts';

/** Square pictures side by side as one image of a page; nothing without any. `pictures` are uint8 `[side, side, 3]`. */
export async function pictureStrip(pictures: readonly Uint8Array[], side: number, caption: string): Promise<string> {
  if (pictures.length === 0) return '';
  const step = side + GAP;
  const width = step * pictures.length - GAP;
  const ground = Buffer.alloc(width * side * 3, 0xff);
  for (const [at, picture] of pictures.entries()) {
    for (let row = 0; row < side; row += 1) {
      ground.set(picture.subarray(row * side * 3, (row + 1) * side * 3), (row * width + at * step) * 3);
    }
  }
  const sharp = loadSharp();
  const bytes = await sharp(ground, { raw: { width, height: side, channels: 3 } })
    .jpeg({ quality: QUALITY })
    .toBuffer();
  return htmlImage(bytes, 'image/jpeg', caption);
}

const GAP = 4;
const QUALITY = 85;
