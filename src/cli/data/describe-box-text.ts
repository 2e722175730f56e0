import type { DescribedData } from '../../app/describe-data.ts';
import type { BoxDescription } from '../../datasets/describe/describe-boxes.ts';
import { metricCell } from '../cell-text.ts';
import { countText } from '../count-text.ts';
import { tableText } from '../table.ts';
import { splitColumns } from './split-columns.ts';

/** What `data describe` says about boxes beside its other facts. */
export function boxFacts(boxes: BoxDescription): [string, string][] {
  const { background, perImage, area, sizes, flags } = boxes;
  const marked = Object.entries(flags).filter(([, count]) => count > 0);
  return [
    ['Boxes', `${boxes.boxes.toLocaleString('en-US')}, ${countText(background, 'image')} without`],
    ['An image', `${perImage.low} … ${perImage.median} … ${perImage.high} boxes`],
    ['Box / image', `${[area.low, area.median, area.high].map(metricCell).join(' … ')} of the area`],
    ['Box sizes', Object.entries(sizes).map(countOf).join(' · ')],
    ...(marked.length === 0 ? [] : [['Marked', marked.map(countOf).join(' · ')] as [string, string]]),
  ];
}

function countOf([name, count]: [string, number]): string {
  return `${name} ${count.toLocaleString('en-US')}`;
}

/** Boxes by class and split. */
export function boxesText(found: DescribedData, { classes }: BoxDescription): string {
  return tableText(classes, [
    { heading: 'boxes of', cell: (row) => row.class },
    { heading: 'boxes', align: 'right', cell: ({ boxes }) => boxes.toLocaleString('en-US') },
    ...splitColumns(found),
  ]);
}
