/** CIFAR-10 and CIFAR-100 in their binary form (https://www.cs.toronto.edu/~kriz/cifar.html): the files, and what a record holds. */
export type CifarKind = {
  readonly name: string;
  /** Lists the class names, one a line, in the order of the labels. */
  readonly namesFile: string;
  readonly classes: number;
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** Bytes of labels before the pixels; the last is the class. CIFAR-100 has its superclass before. */
  readonly labelBytes: number;
};

export const CIFAR_KINDS: readonly CifarKind[] = [
  {
    name: 'CIFAR-10',
    namesFile: 'batches.meta.txt',
    classes: 10,
    train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
    test: ['test_batch.bin'],
    labelBytes: 1,
  },
  {
    name: 'CIFAR-100',
    namesFile: 'fine_label_names.txt',
    classes: 100,
    train: ['train.bin'],
    test: ['test.bin'],
    labelBytes: 2,
  },
];

/** All files of one kind. */
export function filesOf({ namesFile, train, test }: CifarKind): readonly string[] {
  return [namesFile, ...train, ...test];
}
