import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { getDatasetVersion } from '../../registry/dataset-versions.ts';
import type { Artifacts } from '../../engine/run-contexts.ts';
import { listAliases } from '../../registry/model-aliases.ts';
import { getModelVersion } from '../../registry/model-versions.ts';
import { workDirOf, type AppServices } from '../services.ts';
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

/**
 * Sums up what was registered and why it was promoted or not: the result of the flow, the markdown `summary`, and the training's
 * `report` as an HTML page.
 */
export const summariseRegistration = task(
  { name: 'summarise-registration' },
  async (
    { study: reference, version, evaluation, promotion }: SummariseRegistrationInput,
    { services, artifacts, run },
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
    await keepReport(services, artifacts, { version, taskRunId: run.taskRunId });
    return registration;
  },
);

/** The report of the training that the version comes from, as an artifact of both. */
async function keepReport(
  services: AppServices,
  artifacts: Artifacts,
  { version: { name, version }, taskRunId }: { readonly version: SavedModel; readonly taskRunId: string },
): Promise<void> {
  const { trainingRunId = null } = (await getModelVersion(services.registry.db, name, version)) ?? {};
  if (trainingRunId === null) return;
  const { writeTrainingReport } = await import('../report/write-training-report.ts');
  const folder = join(workDirOf(services), taskRunId);
  try {
    const { path } = await writeTrainingReport(services, trainingRunId, join(folder, 'report.html'));
    await artifacts.ofTrainingRun(trainingRunId).file('report', path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
