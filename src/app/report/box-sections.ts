import { filledSplits } from '../../datasets/describe/dataset-description.ts';
import { shareOf, type BoxDescription } from '../../datasets/describe/describe-boxes.ts';
import type { DescribedDataset } from '../../datasets/describe/describe-dataset.ts';
import { boxCountPlot, boxSizePlot } from './dataset-plots.ts';
import { htmlTable, paragraph, section } from './html-page.ts';

/** What a report says about the boxes of a detection dataset; nothing of another one. */
export function boxSections({ description, images }: DescribedDataset): string[] {
  const { boxes } = description;
  if (boxes === null) return [];
  const filled = filledSplits(description);
  const shares = images.flatMap((image) => (image.boxes ?? []).map((box) => shareOf(box, image)));
  return [
    section(
      'Boxes',
      htmlTable(
        ['class', 'boxes', ...filled],
        boxes.classes.map((row) => [row.class, row.boxes, ...filled.map((split) => row.splits[split] ?? 0)]),
      ),
      rangeTable(boxes),
      paragraph(boxesText(boxes)),
      boxCountPlot(images.map((image) => image.boxes?.length ?? 0)),
      boxSizePlot(shares.map(({ width, height }) => Math.sqrt(width * height))),
    ),
  ];
}

function rangeTable({ perImage, width, height, area }: BoxDescription): string {
  const ranges = [
    ['boxes in an image', perImage],
    ['width, as a part of the image', width],
    ['height, as a part of the image', height],
    ['area, as a part of the image', area],
  ] as const;
  return htmlTable(
    ['', 'least', 'median', 'most'],
    ranges.map(([name, { low, median, high }]) => [name, low, median, high]),
  );
}

function boxesText({ background, sizes: { small, medium, large }, flags }: BoxDescription): string {
  const count = (value: number) => value.toLocaleString('en-US');
  return [
    `${count(background)} images have no box.`,
    `${count(small)} boxes are small (below 32 × 32 pixels), ${count(medium)} medium (below 96 × 96), ${count(large)} large.`,
    `${count(flags.difficult)} are marked difficult, ${count(flags.truncated)} truncated, ${count(flags.iscrowd)} as crowds.`,
  ].join(' ');
}
