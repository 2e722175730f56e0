import { filledSplits, type DatasetDescription } from '../../datasets/describe/dataset-description.ts';
import type { SplitName } from '../../datasets/tensor-cache.ts';
import type { Column } from '../table.ts';

type Counted = { readonly splits: Readonly<Partial<Record<SplitName, number>>> };

/** A column for each split that the dataset has, of rows with a count for each. */
export function splitColumns(description: Pick<DatasetDescription, 'classes'>): Column<Counted>[] {
  return filledSplits(description).map((split) => ({
    heading: split,
    align: 'right',
    cell: ({ splits }) => (splits[split] ?? 0).toLocaleString('en-US'),
  }));
}
