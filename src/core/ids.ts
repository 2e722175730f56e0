import { V7Generator } from 'uuidv7';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Ids are UUIDv7 text (RFC 9562): they sort by creation time. */
export type FlowRunId = Branded<'FlowRunId'>;
/** The id of a task run. */
export type TaskRunId = Branded<'TaskRunId'>;
/** The id of a training run. */
export type TrainingRunId = Branded<'TrainingRunId'>;
export type ExperimentId = Branded<'ExperimentId'>;
/** The id of a study. */
export type StudyId = Branded<'StudyId'>;
export type TrialId = Branded<'TrialId'>;
export type ArtifactId = Branded<'ArtifactId'>;
export type ResultId = Branded<'ResultId'>;
export type ChildProcessId = Branded<'ChildProcessId'>;
export type WorkerId = Branded<'WorkerId'>;
export type DeploymentId = Branded<'DeploymentId'>;
export type ScheduleId = Branded<'ScheduleId'>;
/** Lower-case hex SHA-256 of the canonical manifest of a dataset version. */
export type DatasetVersionId = Branded<'DatasetVersionId'>;
/** Lower-case hex SHA-256 of dataset version id + prep configuration. */
export type TensorCacheId = Branded<'TensorCacheId'>;
/** Lower-case hex SHA-256 of tensor cache id + backbone. */
export type FeatureCacheId = Branded<'FeatureCacheId'>;

/** Also when the wall clock is set back, however far: the time of the id before is used then. */
const generator = new V7Generator();
generator.setRollbackAllowance(2 ** 48 - 1);
const v7 = (): string => generator.generate().toString();

/** New ids; within one process they are strictly increasing. */
export const newFlowRunId = (): FlowRunId => v7() as FlowRunId;
export const newTaskRunId = (): TaskRunId => v7() as TaskRunId;
export const newTrainingRunId = (): TrainingRunId => v7() as TrainingRunId;
export const newExperimentId = (): ExperimentId => v7() as ExperimentId;
export const newStudyId = (): StudyId => v7() as StudyId;
export const newTrialId = (): TrialId => v7() as TrialId;
export const newArtifactId = (): ArtifactId => v7() as ArtifactId;
export const newResultId = (): ResultId => v7() as ResultId;
export const newChildProcessId = (): ChildProcessId => v7() as ChildProcessId;
export const newDeploymentId = (): DeploymentId => v7() as DeploymentId;
export const newScheduleId = (): ScheduleId => v7() as ScheduleId;
export const newWorkerId = (): WorkerId => v7() as WorkerId;

/** How much of an id is shown to people; commands accept any unambiguous prefix. */
export function shortId(id: string): string {
  return id.length === UUID_LENGTH ? id.slice(-SHORT_UUID_LENGTH) : id.slice(0, SHORT_HASH_LENGTH);
}

const UUID_LENGTH = 36;
const SHORT_UUID_LENGTH = 8;
const SHORT_HASH_LENGTH = 12;
