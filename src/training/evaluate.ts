/** How well one class was recognised. A share whose denominator is zero is 0, as scikit-learn has it. */
export type ClassReport = {
  readonly className: string;
  /** Of what was called this class, the share that was. */
  readonly precision: number;
  /** Of what was this class, the share that was called so. */
  readonly recall: number;
  readonly f1: number;
  /** How many samples were this class. */
  readonly support: number;
};

export type EvaluationReport = {
  readonly samples: number;
  readonly accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  readonly macroF1: number;
  readonly perClass: readonly ClassReport[];
  /** Counts `[true class][predicted class]`. */
  readonly confusionMatrix: readonly (readonly number[])[];
  /** Per sample, in the order given. */
  readonly predicted: readonly number[];
  readonly correct: readonly boolean[];
};

/** Probabilities `[samples, classes]`, row-major, and the true class of each sample. */
export type Predictions = { readonly probabilities: Float32Array; readonly labels: Int32Array };

/**
 * Compares predictions with the truth. A sample's predicted class is its most probable one, the first of equals.
 * @throws RangeError when the sizes of probabilities, labels and class names do not fit.
 */
export function evaluate({ probabilities, labels }: Predictions, classNames: readonly string[]): EvaluationReport {
  const classes = classNames.length;
  if (probabilities.length !== labels.length * classes) {
    throw new RangeError(
      `Expected ${labels.length} × ${classes} probabilities for ${labels.length} labels, received ${probabilities.length}.`,
    );
  }
  const predicted = predictedClasses(probabilities, classes);
  const correct = predicted.map((predictedClass, sample) => predictedClass === labels[sample]);
  const confusionMatrix = countConfusions(labels, predicted, classes);
  const perClass = classNames.map((className, index) => reportClass(className, index, confusionMatrix));
  return {
    samples: labels.length,
    accuracy: share(correct.filter(Boolean).length, labels.length),
    loss: meanCrossEntropy(probabilities, labels),
    macroF1: share(
      perClass.reduce((sum, { f1 }) => sum + f1, 0),
      classes,
    ),
    perClass,
    confusionMatrix,
    predicted,
    correct,
  };
}

/** The most probable class of each row of `[samples, classes]`, the first of equals. */
export function predictedClasses(probabilities: Float32Array, classes: number): number[] {
  return Array.from({ length: probabilities.length / classes }, (_, sample) => {
    const row = sample * classes;
    let best = 0;
    for (let index = 1; index < classes; index += 1) {
      if (probabilities[row + index]! > probabilities[row + best]!) best = index;
    }
    return best;
  });
}

/** The share of samples whose most probable class is their label; 0 without samples. */
export function accuracyOf(probabilities: Float32Array, labels: Int32Array): number {
  const predicted = predictedClasses(probabilities, probabilities.length / Math.max(labels.length, 1));
  return share(predicted.filter((predictedClass, sample) => predictedClass === labels[sample]).length, labels.length);
}

/** Mean of −ln p(true class) over the samples, p no less than 1e-7 (a wrong certainty costs 16.1, not ∞). */
export function meanCrossEntropy(probabilities: Float32Array, labels: Int32Array): number {
  const classes = probabilities.length / Math.max(labels.length, 1);
  const sum = labels.reduce(
    (total, label, sample) =>
      total - Math.log(Math.max(probabilities[sample * classes + label]!, SMALLEST_PROBABILITY)),
    0,
  );
  return share(sum, labels.length);
}

const SMALLEST_PROBABILITY = 1e-7;

function countConfusions(labels: Int32Array, predicted: readonly number[], classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, sample) => {
    matrix[label]![predicted[sample]!]! += 1;
  });
  return matrix;
}

function reportClass(className: string, index: number, matrix: readonly (readonly number[])[]): ClassReport {
  const hits = matrix[index]![index]!;
  const support = matrix[index]!.reduce((sum, count) => sum + count, 0);
  const called = matrix.reduce((sum, row) => sum + row[index]!, 0);
  return {
    className,
    precision: share(hits, called),
    recall: share(hits, support),
    f1: share(2 * hits, support + called),
    support,
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
