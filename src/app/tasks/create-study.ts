import { task } from '../flow-api.ts';
import type { StudyReference } from '../studies.ts';
import type { CreateStudyInput } from './bodies/create-study.ts';

export type { CreateStudyInput } from './bodies/create-study.ts';

/** Opens a study in the registry, new or the one of that name, after checking that its space can be trained. */
export const createStudy = task(
  { name: 'create-study' },
  async (input: CreateStudyInput, context): Promise<StudyReference> => {
    const { createStudyBody } = await import('./bodies/create-study.ts');
    return createStudyBody(input, context);
  },
);
