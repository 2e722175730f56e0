/** The files of a dataset in MNIST's format, as they are named at the source; each may end in `.gz`. */
export const IDX_FILES = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const;
export type IdxFileName = (typeof IDX_FILES)[number];

export type IdxSet = 'train' | 'test';

/** Which two files hold a set. */
export const IDX_SET_FILES: Readonly<Record<IdxSet, { readonly images: IdxFileName; readonly labels: IdxFileName }>> = {
  train: { images: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' },
  test: { images: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' },
};
