import type { PlacedImage } from '../../datasets/describe/dataset-description.ts';

export type BoxDrawing = {
  /** Of the picture, which is the image stretched to a square. */
  readonly side: number;
  readonly image: Pick<PlacedImage, 'boxes' | 'width' | 'height'>;
  /** The class whose boxes are drawn. */
  readonly label: number;
};

/** A copy of a picture, uint8 `[side, side, 3]`, with the frames of its boxes of a class; one without boxes as it is. */
export function drawBoxes(picture: Uint8Array, { side, image, label }: BoxDrawing): Uint8Array {
  const boxes = image.boxes?.filter((box) => box.label === label) ?? [];
  if (boxes.length === 0) return picture;
  const drawn = Uint8Array.from(picture);
  const place = (edge: number, length: number) => Math.min(side - 1, Math.floor((edge / length) * side));
  for (const { xmin, ymin, xmax, ymax } of boxes) {
    const [left, right] = [place(xmin, image.width), place(xmax, image.width)];
    const [top, bottom] = [place(ymin, image.height), place(ymax, image.height)];
    const paint = (x: number, y: number) => drawn.set(FRAME, (y * side + x) * 3);
    for (let x = left; x <= right; x += 1) for (const y of [top, bottom]) paint(x, y);
    for (let y = top; y <= bottom; y += 1) for (const x of [left, right]) paint(x, y);
  }
  return drawn;
}

/** Seldom in photos. */
const FRAME = [0, 255, 80];
