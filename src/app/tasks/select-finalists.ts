import type { JsonObject } from '../../core/json.ts';
import { task } from '../flow-api.ts';
import type { StudyReference } from '../studies.ts';

/** A trial chosen for a full training. */
export type ChosenTrial = { readonly number: number; readonly params: JsonObject; readonly value: number };

/** The best trials of a study by validation. */
export const selectFinalists = task(
  { name: 'select-finalists' },
  async (
    { study: reference, finalists }: { readonly study: StudyReference; readonly finalists: number },
    { services, log },
  ): Promise<ChosenTrial[]> => {
    const { loadStudy, rankedTrials } = await import('../studies.ts');
    const study = await loadStudy(services, reference);
    const ranked = await rankedTrials(services, study);
    const chosen = ranked.slice(0, finalists);
    log.info(`Chosen of ${ranked.length} trials: ${chosen.map(({ number }) => number).join(', ')}`);
    return chosen.map(({ number, params, value }) => ({ number, params, value }));
  },
);
