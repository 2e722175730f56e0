import { didYouMean } from '../core/closest-name.ts';
import { TrainingError } from '../core/errors.ts';

/**
 * How much samples of each class count: the same, inversely to how many there are, or as given by name (1 for a class that is not
 * named).
 */
export type ClassWeights = 'none' | 'balanced' | Readonly<Record<string, number>>;

/**
 * Factors by class index; undefined when all count the same. Balanced is count ÷ (classes that occur × count of the class), as in
 * scikit-learn: the mean over the samples is 1.
 * @throws TrainingError for a class that there is not, and for names without class names.
 */
export function resolveClassWeights(
  weights: ClassWeights,
  data: { readonly labels: Int32Array; readonly classes: number; readonly classNames?: readonly string[] | undefined },
): number[] | undefined {
  if (weights === 'none') return undefined;
  return weights === 'balanced' ? balanced(data.labels, data.classes) : named(weights, data.classNames);
}

function balanced(labels: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]! += 1;
  const occurring = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : labels.length / (occurring * count)));
}

function named(weights: Readonly<Record<string, number>>, classNames: readonly string[] | undefined): number[] {
  if (classNames === undefined) {
    throw new TrainingError('Cannot train: classWeights are given by class name, but the data has no class names.');
  }
  const strange = Object.keys(weights).find((name) => !classNames.includes(name));
  if (strange !== undefined) {
    throw new TrainingError(
      `Cannot train: classWeights names class "${strange}", which the data does not have. ${didYouMean(strange, classNames)}`,
      { details: { class: strange } },
    );
  }
  return classNames.map((name) => (Object.hasOwn(weights, name) ? weights[name]! : 1));
}
