import { z } from 'zod';

/**
 * An object in an image: its class, and the rectangle around it in pixels of the image as it is meant to be seen. Coordinates are
 * edges, counted from the upper left corner, and need not be whole: `0 <= xmin < xmax <= width`. Column 0 lies between the edges
 * 0 and 1, so the width is `xmax - xmin`, and the whole image is `0, 0, width, height`: torchvision's XYXY, and COCO's
 * `[x, y, width, height]` as `x, y, x + width, y + height`. Pascal VOC counts pixels from 1 and means the last one too: its box is
 * `xmin - 1, ymin - 1, xmax, ymax`.
 */
export const boxSchema = z.strictObject({
  /** Index into the class names. */
  label: z.int().min(0),
  xmin: z.number(),
  ymin: z.number(),
  xmax: z.number(),
  ymax: z.number(),
  /** Hard to tell: not counted when detectors are judged by VOC's rules. */
  difficult: z.literal(true).exactOptional(),
  /** The object goes on outside the box. */
  truncated: z.literal(true).exactOptional(),
  /** Of COCO: around a group of objects. */
  iscrowd: z.literal(true).exactOptional(),
});
export type Box = z.infer<typeof boxSchema>;

export const BOX_FLAGS = ['difficult', 'truncated', 'iscrowd'] as const;
export type BoxFlag = (typeof BOX_FLAGS)[number];
