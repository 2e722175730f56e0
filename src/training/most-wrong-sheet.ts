import { loadSharp } from '../core/load-sharp.ts';
import { element } from '../core/svg/element.ts';
import { label } from '../core/svg/plot.ts';
import type { LabelledImages } from '../core/labelled-images.ts';
import { bytesPerImage } from './image-shape.ts';
import type { WrongSample } from './most-wrong.ts';

const COLUMNS = 6;
const CELL = { width: 128, height: 166 };
const PICTURE = 112;
const LONGEST_NAME = 18;

/** The samples as one PNG: each picture over its true class, what it was taken for, and with which probability. */
export async function mostWrongSheetPng(
  wrong: readonly WrongSample[],
  images: LabelledImages,
  classNames: readonly string[],
): Promise<Buffer> {
  const sharp = loadSharp();
  const place = (at: number) => ({
    left: (at % COLUMNS) * CELL.width + 8,
    top: Math.floor(at / COLUMNS) * CELL.height + 8,
  });
  const captions = wrong.flatMap((sample, at) => {
    const { left, top } = place(at);
    const percent = (100 * sample.probability).toFixed(1);
    return [
      label(shorten(classNames[sample.label]!), { x: left, y: top + PICTURE + 14 }),
      label(`→ ${shorten(classNames[sample.predicted]!)}`, { x: left, y: top + PICTURE + 27 }),
      label(`${percent} %`, { x: left, y: top + PICTURE + 40, 'fill-opacity': 0.6 }),
    ];
  });
  const width = COLUMNS * CELL.width;
  const height = Math.max(1, Math.ceil(wrong.length / COLUMNS)) * CELL.height + 8;
  const empty = wrong.length === 0 ? [label('Every sample was recognised.', { x: 8, y: 24 })] : [];
  const ground = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      color: '#24292f',
      'font-family': 'sans-serif',
      'font-size': 11,
    },
    element('rect', { width, height, fill: '#fff' }),
    ...captions,
    ...empty,
  );
  const pictures = wrong.map(async ({ index }, at) => ({ input: await picture(index, images), ...place(at) }));
  return sharp(Buffer.from(ground))
    .composite(await Promise.all(pictures))
    .png()
    .toBuffer();
}

/** As large as the cell allows, its pixels to be seen. */
async function picture(index: number, images: LabelledImages): Promise<Buffer> {
  const sharp = loadSharp();
  const { width, height } = images;
  const channels = images.channels === 1 ? 1 : 3;
  const size = bytesPerImage(images);
  return sharp(images.images.subarray(index * size, (index + 1) * size), { raw: { width, height, channels } })
    .resize(PICTURE, PICTURE, { kernel: 'nearest', fit: 'contain', background: '#fff' })
    .png()
    .toBuffer();
}

function shorten(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}
