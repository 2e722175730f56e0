import { task } from '../flow-api.ts';
import type { StudyReference } from '../studies.ts';

/** Finds a study by id, part of an id, name or `latest`. */
export const findStudy = task(
  { name: 'find-study' },
  async (input: { readonly study: string }, { services }): Promise<StudyReference> => {
    const studies = await import('../../registry/studies.ts');
    const { id, name } = await studies.findStudy(services.registry.db, input.study);
    return { id, name };
  },
);
