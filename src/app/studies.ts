import { NotFoundError } from '../core/errors.ts';
import type { StudyId } from '../core/ids.ts';
import { getStudy, type StudyRow } from '../registry/studies.ts';
import { listTrials } from '../registry/trials.ts';
import { rankTrials, type FinishedTrial } from '../training/search/study-outcome.ts';
import type { AppServices } from './services.ts';

/** How tasks hand a study to each other; the rest is in the registry. */
export type StudyReference = { readonly id: StudyId; readonly name: string };

/** The study of this id. @throws NotFoundError when it was deleted. */
export async function loadStudy({ registry }: AppServices, { id, name }: StudyReference): Promise<StudyRow> {
  const study = await getStudy(registry.db, id);
  if (study !== undefined) return study;
  throw new NotFoundError(`Study ${name} (${id}) is no longer in the registry. Run hpo again.`);
}

/** The complete trials of a study, best first. @throws NotFoundError when there are none. */
export async function rankedTrials(services: AppServices, study: StudyRow): Promise<readonly FinishedTrial[]> {
  const ranked = rankTrials(await listTrials(services.registry.db, study.id), study.objectives);
  if (ranked.length > 0) return ranked;
  throw new NotFoundError(
    `No trial of study ${study.name} is complete. Continue it: mlflow-ts run hpo -p study=${study.name}`,
  );
}
