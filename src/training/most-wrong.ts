import { predictedClasses, type Predictions } from './evaluate.ts';

/** A sample that was taken for another class. */
export type WrongSample = {
  /** Its place among the samples. */
  readonly index: number;
  /** Indices of class names. */
  readonly label: number;
  readonly predicted: number;
  /** Of the predicted class. */
  readonly probability: number;
};

/** The wrong predictions made with the highest probability, most certain first; the first of equals first. */
export function mostWrong({ probabilities, labels }: Predictions, limit: number): WrongSample[] {
  const classes = probabilities.length / Math.max(labels.length, 1);
  return predictedClasses(probabilities, classes)
    .map((predicted, index) => ({
      ...{ index, label: labels[index]!, predicted },
      probability: probabilities[index * classes + predicted]!,
    }))
    .filter(({ label, predicted }) => label !== predicted)
    .sort((left, right) => right.probability - left.probability || left.index - right.index)
    .slice(0, limit);
}
