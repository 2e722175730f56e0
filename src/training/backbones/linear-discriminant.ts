import type { Samples } from '../../core/samples.ts';

/** A linear classifier: `kernel` `[features, classes]` row-major, `bias` `[classes]`. */
export type LinearClassifier = { readonly kernel: Float32Array; readonly bias: Float32Array };

/**
 * Linear discriminant analysis with a regularised covariance (Friedman 1989, doi 10.1080/01621459.1989.10478752): class means, and
 * one covariance for all classes drawn towards a multiple of the identity by `shrinkage` (0 < shrinkage ≤ 1). Its logits are
 * log-posteriors up to a constant. The features of a backbone are strongly correlated, which this takes out at once and gradient
 * descent slowly. Takes time of the order of rows × features² + features³ / 3: two seconds for 1,500 × 1,280.
 */
export function linearDiscriminant(train: Samples, classes: number, shrinkage: number): LinearClassifier {
  const width = train.shape[0] ?? 0;
  const { means, counts } = classMeans(train, classes, width);
  const covariance = pooledCovariance(train, means, width);
  shrink(covariance, width, shrinkage);
  factorise(covariance, width);
  const kernel = new Float32Array(width * classes);
  const bias = new Float32Array(classes);
  for (let label = 0; label < classes; label += 1) {
    const mean = means.subarray(label * width, (label + 1) * width);
    const weights = solve(covariance, mean, width);
    weights.forEach((weight, feature) => (kernel[feature * classes + label] = weight));
    const half = weights.reduce((sum, weight, feature) => sum + weight * mean[feature]!, 0) / 2;
    bias[label] = Math.log(Math.max(counts[label]!, 1) / train.count) - half;
  }
  return { kernel, bias };
}

function classMeans({ inputs, labels, count }: Samples, classes: number, width: number) {
  const means = new Float64Array(classes * width);
  const counts = new Float64Array(classes);
  for (let row = 0; row < count; row += 1) {
    const to = labels[row]! * width;
    counts[labels[row]!]! += 1;
    for (let feature = 0; feature < width; feature += 1) means[to + feature]! += inputs[row * width + feature]!;
  }
  for (let at = 0; at < means.length; at += 1) means[at]! /= Math.max(counts[Math.floor(at / width)]!, 1);
  return { means, counts };
}

/** Within the classes; the lower triangle of `[width, width]`. */
function pooledCovariance({ inputs, labels, count }: Samples, means: Float64Array, width: number): Float64Array {
  const covariance = new Float64Array(width * width);
  const centred = new Float64Array(width);
  for (let row = 0; row < count; row += 1) {
    const mean = labels[row]! * width;
    for (let at = 0; at < width; at += 1) centred[at] = inputs[row * width + at]! - means[mean + at]!;
    for (let left = 0; left < width; left += 1) {
      const value = centred[left]! / count;
      const to = left * width;
      for (let right = 0; right <= left; right += 1) covariance[to + right]! += value * centred[right]!;
    }
  }
  return covariance;
}

function shrink(covariance: Float64Array, width: number, shrinkage: number): void {
  let trace = 0;
  for (let at = 0; at < width; at += 1) trace += covariance[at * width + at]!;
  for (let at = 0; at < covariance.length; at += 1) covariance[at]! *= 1 - shrinkage;
  // Features that never change have no variance at all; the last term keeps the matrix definite.
  for (let at = 0; at < width; at += 1) covariance[at * width + at]! += (shrinkage * trace) / width + Number.EPSILON;
}

/** Cholesky's factor in the place of the lower triangle, row by row. */
function factorise(matrix: Float64Array, width: number): void {
  for (let row = 0; row < width; row += 1) {
    const own = row * width;
    for (let column = 0; column <= row; column += 1) {
      const other = column * width;
      let sum = matrix[own + column]!;
      for (let at = 0; at < column; at += 1) sum -= matrix[own + at]! * matrix[other + at]!;
      matrix[own + column] = column === row ? Math.sqrt(sum) : sum / matrix[other + column]!;
    }
  }
}

/** Solves L·Lᵀ·x = b. */
function solve(factor: Float64Array, right: Float64Array, width: number): Float64Array {
  const solution = Float64Array.from(right);
  for (let row = 0; row < width; row += 1) {
    let sum = solution[row]!;
    for (let at = 0; at < row; at += 1) sum -= factor[row * width + at]! * solution[at]!;
    solution[row] = sum / factor[row * width + row]!;
  }
  for (let row = width - 1; row >= 0; row -= 1) {
    const value = solution[row]! / factor[row * width + row]!;
    solution[row] = value;
    for (let at = 0; at < row; at += 1) solution[at]! -= factor[row * width + at]! * value;
  }
  return solution;
}
