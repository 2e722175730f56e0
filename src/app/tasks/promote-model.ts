import { ConflictError } from '../../core/errors.ts';
import { task } from '../flow-api.ts';
import type { PromoteModelInput, Promotion } from './bodies/promote-model.ts';

export type { PromoteModelInput, Promotion } from './bodies/promote-model.ts';

/** Compares a version with the champion on the test split, records the decision, and makes it champion when it is better. */
export const promoteModel = task(
  { name: 'promote-model', retries: { limit: 3, when: (error) => error instanceof ConflictError } },
  async (input: PromoteModelInput, context): Promise<Promotion> => {
    const { promoteModelBody } = await import('./bodies/promote-model.ts');
    return promoteModelBody(input, context);
  },
);
