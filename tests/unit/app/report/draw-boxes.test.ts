import { expect, test } from '@jest/globals';
import { drawBoxes } from '../../../../src/app/report/draw-boxes.ts';

const edges = { xmin: 0, ymin: 0, xmax: 200, ymax: 50 };

test('frames the boxes of one class where they lie in the picture, and leaves the picture itself alone', () => {
  const picture = new Uint8Array(8 * 8 * 3);
  const image = {
    width: 400,
    height: 100,
    boxes: [
      { label: 1, ...edges },
      { label: 0, xmin: 300, ymin: 60, xmax: 400, ymax: 100 },
    ],
  };
  const drawn = drawBoxes(picture, { side: 8, image, label: 1 });
  const rows = Array.from({ length: 8 }, (_, y) =>
    Array.from({ length: 8 }, (_column, x) => (drawn[(y * 8 + x) * 3 + 1] === 255 ? '#' : '.')).join(''),
  );
  expect(rows).toEqual([
    '#####...',
    '#...#...',
    '#...#...',
    '#...#...',
    '#####...',
    '........',
    '........',
    '........',
  ]);
  expect(picture.every((value) => value === 0)).toBe(true);
});

test('a picture without boxes of the class is given back as it is', () => {
  const picture = new Uint8Array(8 * 8 * 3);
  const box = { label: 1, ...edges };
  expect(drawBoxes(picture, { side: 8, image: { width: 400, height: 100, boxes: [box] }, label: 0 })).toBe(picture);
  expect(drawBoxes(picture, { side: 8, image: { width: 400, height: 100 }, label: 0 })).toBe(picture);
});
