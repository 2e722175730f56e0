import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifacts, TaskContext } from '../../../engine/run-contexts.ts';
import { getDatasetVersion } from '../../../registry/dataset-versions.ts';
import { listAliases } from '../../../registry/model-aliases.ts';
import { getModelVersion } from '../../../registry/model-versions.ts';
import { registrationMarkdown, type Registration } from '../../registration.ts';
import { workDirOf, type AppServices } from '../../services.ts';
import { loadStudy, type StudyReference } from '../../studies.ts';
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

/** The body of the task `summariseRegistration`. */
export async function summariseRegistrationBody(
  { study: reference, version, evaluation, promotion }: SummariseRegistrationInput,
  { services, artifacts, run }: TaskContext<AppServices>,
): Promise<Registration> {
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
}

/** The report of the training that the version comes from, as an artifact of both. */
async function keepReport(
  services: AppServices,
  artifacts: Artifacts,
  { version: { name, version }, taskRunId }: { readonly version: SavedModel; readonly taskRunId: string },
): Promise<void> {
  const { trainingRunId = null } = (await getModelVersion(services.registry.db, name, version)) ?? {};
  if (trainingRunId === null) return;
  const { writeTrainingReport } = await import('../../report/write-training-report.ts');
  const folder = join(workDirOf(services), taskRunId);
  try {
    const { path } = await writeTrainingReport(services, trainingRunId, join(folder, 'report.html'));
    await artifacts.ofTrainingRun(trainingRunId).file('report', path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
