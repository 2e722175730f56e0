import { task } from '../flow-api.ts';
import type { SaveModelInput, SavedModel } from './bodies/save-model.ts';

export type { SaveModelInput, SavedModel } from './bodies/save-model.ts';

/** Saves the finalist as the next version of its model: LayersModel files, ONNX file, test predictions and model card. */
export const saveModel = task({ name: 'save-model' }, async (input: SaveModelInput, context): Promise<SavedModel> => {
  const { saveModelBody } = await import('./bodies/save-model.ts');
  return saveModelBody(input, context);
});
