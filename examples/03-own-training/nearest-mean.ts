/** Images as a tensor cache gives them: uint8 `[count, height, width, channels]`, labels by index. */
type Images = {
  readonly images: Uint8Array;
  readonly labels: Int32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
};

/** The mean image of every class, `[classes][height × width × channels]`. */
export type Means = readonly (readonly number[])[];

/** The whole training of a nearest-mean classifier. */
export function fitMeans(data: Images, classes: number): Means {
  const size = data.height * data.width * data.channels;
  const sums = Array.from({ length: classes }, () => new Array<number>(size).fill(0));
  const counts = new Array<number>(classes).fill(0);
  for (let index = 0; index < data.count; index += 1) {
    const label = data.labels[index]!;
    const sum = sums[label]!;
    counts[label]! += 1;
    imageAt(data, index).forEach((value, pixel) => (sum[pixel]! += value));
  }
  return sums.map((sum, label) => sum.map((value) => value / Math.max(1, counts[label]!)));
}

/** The share of images whose nearest mean is that of their class. */
export function accuracy(means: Means, data: Images): number {
  let correct = 0;
  for (let index = 0; index < data.count; index += 1) {
    const image = imageAt(data, index);
    const distances = means.map((mean) => squaredDistance(mean, image));
    if (distances.indexOf(Math.min(...distances)) === data.labels[index]) correct += 1;
  }
  return data.count === 0 ? 0 : correct / data.count;
}

function imageAt({ images, height, width, channels }: Images, index: number): Uint8Array {
  const size = height * width * channels;
  return images.subarray(index * size, (index + 1) * size);
}

function squaredDistance(mean: readonly number[], image: Uint8Array): number {
  return mean.reduce((sum, value, pixel) => sum + (value - image[pixel]!) ** 2, 0);
}
