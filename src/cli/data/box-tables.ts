import type { DatasetDetails } from '../../app/data.ts';
import { ANNOTATION_PROBLEMS } from '../../datasets/boxes/annotation-problems.ts';
import { tableText } from '../table.ts';

/** Of a detection dataset: how many boxes each class has, and what was wrong with the annotations. */
export function boxTables({
  boxClasses,
  annotationProblems,
}: Pick<DatasetDetails, 'boxClasses' | 'annotationProblems'>): string {
  const classes = tableText(boxClasses ?? [], [
    { heading: 'class', cell: (row) => row.class },
    { heading: 'boxes', align: 'right', cell: ({ boxes }) => boxes.toLocaleString('en-US') },
    { heading: 'images', align: 'right', cell: ({ images }) => images.toLocaleString('en-US') },
  ]);
  const problems = annotationProblems ?? [];
  if (problems.length === 0) return classes;
  const found = tableText(problems, [
    { heading: 'annotations', align: 'right', cell: ({ count }) => count.toLocaleString('en-US') },
    { heading: 'when collected', cell: ({ kind }) => ANNOTATION_PROBLEMS[kind] },
    { heading: 'for example', cell: ({ examples }) => examples.slice(0, 2).join(', ') },
  ]);
  return `${classes}\n\n${found}`;
}
