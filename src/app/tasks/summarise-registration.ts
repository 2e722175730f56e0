import { getDatasetVersion } from '../../registry/dataset-versions.ts';
import { listAliases } from '../../registry/model-aliases.ts';
import { task } from '../flow-api.ts';
import { registrationMarkdown, type Registration } from '../registration.ts';
import { loadStudy, type StudyReference } from '../studies.ts';
import type { ModelEvaluation } from './evaluate-model.ts';
import type { Promotion } from './promote-model.ts';
import type { SavedModel } from './save-model.ts';

/** What `summariseRegistration` takes. */
export type SummariseRegistrationInput = {
  readonly study: StudyReference;
  readonly version: SavedModel;
  readonly evaluation: ModelEvaluation;
  readonly promotion: Promotion;
};

/** Sums up what was registered and why it was promoted or not: the result of the flow and the markdown `summary`. */
export const summariseRegistration = task(
  { name: 'summarise-registration' },
  async (
    { study: reference, version, evaluation, promotion }: SummariseRegistrationInput,
    { services, artifacts },
  ): Promise<Registration> => {
    const { db } = services.registry;
    const study = await loadStudy(services, reference);
    const dataset = await getDatasetVersion(db, study.datasetVersionId);
    const aliases = (await listAliases(db, version.name)).filter((row) => row.version === version.version);
    const registration = {
      datasetVersion: study.datasetVersionId,
      study: study.id,
      model: { name: version.name, version: version.version, aliases: aliases.map(({ alias }) => alias) },
      metrics: evaluation.metrics,
      promotion: { decision: promotion.decision, reason: promotion.reason },
    };
    await artifacts.markdown(
      'summary',
      registrationMarkdown(registration, { study, dataset, evaluation, path: version.path }),
    );
    return registration;
  },
);
