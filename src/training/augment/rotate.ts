import { bytesPerImage, type ImageShape } from '../image-shape.ts';

/**
 * One uint8 image `[height, width, channels]` turned about its centre, counter-clockwise as it is looked at, as a new one of
 * the same size. Each pixel is looked up where it came from and interpolated between its four neighbours (bilinear); what
 * comes from outside has the colour of the nearest pixel of the border, so that no black corners give the turn away.
 */
export function rotate(pixels: Uint8Array, shape: ImageShape, degrees: number): Uint8Array {
  const { height, width, channels } = shape;
  const rotated = new Uint8Array(bytesPerImage(shape));
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  let to = 0;
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const [x, y] = [column - middleX, row - middleY];
      const fromX = between(0, middleX + x * cos - y * sin, width - 1);
      const fromY = between(0, middleY + x * sin + y * cos, height - 1);
      const left = Math.floor(fromX);
      const top = Math.floor(fromY);
      const toRight = left + 1 < width ? channels : 0;
      const toBelow = top + 1 < height ? width * channels : 0;
      const [shareX, shareY] = [fromX - left, fromY - top];
      for (let channel = 0; channel < channels; channel += 1) {
        const at = (top * width + left) * channels + channel;
        const above = pixels[at]! * (1 - shareX) + pixels[at + toRight]! * shareX;
        const below = pixels[at + toBelow]! * (1 - shareX) + pixels[at + toBelow + toRight]! * shareX;
        rotated[to] = Math.round(above * (1 - shareY) + below * shareY);
        to += 1;
      }
    }
  }
  return rotated;
}

function between(low: number, value: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
