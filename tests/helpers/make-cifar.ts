import { seededRandom } from '../../src/core/seeded-random.ts';

/** The files of CIFAR-10 in binary form, each with so many images; their labels count through the classes. */
export function makeCifar10(imagesPerFile: number): Record<string, Buffer | string> {
  const files = ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch'];
  return {
    'batches.meta.txt': `${CIFAR_10_NAMES.join('\n')}\n\n`,
    'readme.html': 'about',
    ...Object.fromEntries(files.map((name) => [`${name}.bin`, makeRecords(name, imagesPerFile, [10])])),
  };
}

/** The files of CIFAR-100 in binary form, which has a superclass before each class. */
export function makeCifar100(imagesPerFile: number): Record<string, Buffer | string> {
  const names = Array.from({ length: 100 }, (_, label) => `class_${label}`);
  return {
    'fine_label_names.txt': `${names.join('\n')}\n`,
    'coarse_label_names.txt': 'not read',
    'train.bin': makeRecords('train', imagesPerFile, [20, 100]),
    'test.bin': makeRecords('test', imagesPerFile, [20, 100]),
  };
}

const CIFAR_10_NAMES = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');

function makeRecords(name: string, count: number, labels: readonly number[]): Buffer {
  const random = seededRandom('cifar', name);
  const records = Array.from({ length: count }, (_, at) => [
    ...labels.map((classes) => at % classes),
    ...Array.from({ length: 3072 }, () => random.integer(256)),
  ]);
  return Buffer.from(records.flat());
}
