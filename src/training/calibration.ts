import { predictedClasses, type Predictions } from './evaluate.ts';

/** The samples whose confidence lies in (low, high]; means are 0 where there are none. */
export type ConfidenceBin = {
  readonly low: number;
  readonly high: number;
  readonly samples: number;
  /** Mean probability of the predicted class. */
  readonly confidence: number;
  /** Share of predictions that were right. */
  readonly accuracy: number;
};

export type Calibration = {
  /** Expected calibration error, 0..1: the gap between confidence and accuracy of each bin, weighted by its samples. */
  readonly expectedError: number;
  readonly bins: readonly ConfidenceBin[];
};

const BINS = 15;

/**
 * How far a model's probabilities are what they say: ECE over 15 bins of equal width.
 * @see Guo et al., On Calibration of Modern Neural Networks, arXiv 1706.04599, equations 2, 3 and 5.
 */
export function calibrate({ probabilities, labels }: Predictions): Calibration {
  const classes = probabilities.length / Math.max(labels.length, 1);
  const sums = Array.from({ length: BINS }, () => ({ samples: 0, confidence: 0, correct: 0 }));
  for (const [sample, predicted] of predictedClasses(probabilities, classes).entries()) {
    const confidence = probabilities[sample * classes + predicted]!;
    const sum = sums[Math.min(BINS, Math.max(1, Math.ceil(confidence * BINS))) - 1]!;
    sum.samples += 1;
    sum.confidence += confidence;
    if (predicted === labels[sample]) sum.correct += 1;
  }
  const bins = sums.map(({ samples, confidence, correct }, index) => ({
    low: index / BINS,
    high: (index + 1) / BINS,
    samples,
    confidence: samples === 0 ? 0 : Math.min(1, confidence / samples),
    accuracy: samples === 0 ? 0 : correct / samples,
  }));
  const gaps = bins.reduce((sum, bin) => sum + bin.samples * Math.abs(bin.accuracy - bin.confidence), 0);
  return { expectedError: labels.length === 0 ? 0 : gaps / labels.length, bins };
}
