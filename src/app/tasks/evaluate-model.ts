import { task } from '../flow-api.ts';
import type { EvaluateModelInput, ModelEvaluation } from './bodies/evaluate-model.ts';

export type { EvaluateModelInput, ModelEvaluation } from './bodies/evaluate-model.ts';

/**
 * Scores the model's ONNX file on the test split, as it is and disturbed, and, when the source's own test set was kept apart,
 * on that too. Keeps scores of each class, the confusion matrix, calibration and the most certain mistakes.
 */
export const evaluateModel = task(
  { name: 'evaluate-model' },
  async (input: EvaluateModelInput, context): Promise<ModelEvaluation> => {
    const { evaluateModelBody } = await import('./bodies/evaluate-model.ts');
    return evaluateModelBody(input, context);
  },
);
