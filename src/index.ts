// Writing flows and tasks.
export { flow, task } from './app/flow-api.ts';
export { byInputs, cacheBy } from './engine/cache-policy.ts';
export type { CachePolicy } from './engine/cache-policy.ts';
export type { FlowBody, FlowHook, FlowHooks, FlowOptions } from './engine/flow-options.ts';
export type { Flow } from './engine/flow.ts';
export type { MappedTask } from './engine/mapped-task.ts';
export type { BodyResult, Nothing, Recordable, Recorded } from './engine/recordable.ts';
export { exponentialBackoff } from './engine/retry-policy.ts';
export type { DelayFunction, RetryPolicy } from './engine/retry-policy.ts';
export type { Artifacts, Children, FlowContext, FlowRunInfo, TaskContext, TaskRunInfo } from './engine/run-contexts.ts';
export type { CacheOptions, RunFlowOptions } from './engine/run-runtime.ts';
export { skip } from './engine/skip.ts';
export type { Skip } from './engine/skip.ts';
export type { TaskFuture, TaskOutcome } from './engine/task-future.ts';
export type { CallOptions, TaskBody, TaskHook, TaskHooks, TaskOptions } from './engine/task-options.ts';
export type { Task } from './engine/task.ts';

// Tracking: what a run was given, measured and made.
export { loadModel } from './app/tracking/load-model.ts';
export type { ClassProbability, ImagePrediction, LoadedModel } from './app/tracking/load-model.ts';
export { registerModel } from './app/tracking/register-model.ts';
export type { RegisterModelOptions, RegisteredVersion } from './app/tracking/register-model.ts';
export { logArtifact, logMetric, logMetrics, logParam, logParams, setTags } from './app/tracking/tracking.ts';
export type { MetricOptions } from './app/tracking/tracking.ts';

// Testing flows.
export { createTestHarness } from './app/testing/create-test-harness.ts';
export type {
  StartedTestRun,
  TestHarness,
  TestHarnessOptions,
  TestRunOptions,
} from './app/testing/create-test-harness.ts';
export { createTestClock } from './app/testing/test-clock.ts';
export type { TestClock, TestClockOptions } from './app/testing/test-clock.ts';
export type { TestArtifact, TestLogLine, TestRun, TestTaskRun, TestTrainingRun } from './app/testing/test-run.ts';

// The tasks of the built-in flows.
export { checkDatasetStatus } from './app/tasks/check-dataset-status.ts';
export { createStudy } from './app/tasks/create-study.ts';
export type { CreateStudyInput } from './app/tasks/create-study.ts';
export { decodeImages } from './app/tasks/decode-images.ts';
export type { DecodeImagesInput } from './app/tasks/decode-images.ts';
export { describeSplits } from './app/tasks/describe-splits.ts';
export { downloadDataset } from './app/tasks/download-dataset.ts';
export type { FetchedDataset } from './app/tasks/download-dataset.ts';
export { evaluateModel } from './app/tasks/evaluate-model.ts';
export type { EvaluateModelInput, ModelEvaluation } from './app/tasks/evaluate-model.ts';
export { extractDataset } from './app/tasks/extract-dataset.ts';
export { extractFeatures } from './app/tasks/extract-features.ts';
export type { ExtractFeaturesInput } from './app/tasks/extract-features.ts';
export type { FeatureReference, VariedCopies } from './app/feature-reference.ts';
export { findStudy } from './app/tasks/find-study.ts';
export { findTensorCache } from './app/tasks/find-tensor-cache.ts';
export { loadDatasetMetadata } from './app/tasks/load-dataset-metadata.ts';
export { planSplit } from './app/tasks/plan-split.ts';
export type { WantedPrep } from './app/tasks/plan-split.ts';
export { plotStudy } from './app/tasks/plot-study.ts';
export { promoteModel } from './app/tasks/promote-model.ts';
export type { PromoteModelInput, Promotion } from './app/tasks/promote-model.ts';
export { rankFinalists } from './app/tasks/rank-finalists.ts';
export { readDataset } from './app/tasks/read-dataset.ts';
export { runTrials } from './app/tasks/run-trials.ts';
export type { RunTrialsInput } from './app/tasks/run-trials.ts';
export { saveModel } from './app/tasks/save-model.ts';
export type { SaveModelInput, SavedModel } from './app/tasks/save-model.ts';
export { selectFinalists } from './app/tasks/select-finalists.ts';
export type { ChosenTrial } from './app/tasks/select-finalists.ts';
export { summariseRegistration } from './app/tasks/summarise-registration.ts';
export type { SummariseRegistrationInput } from './app/tasks/summarise-registration.ts';
export { summariseStudy } from './app/tasks/summarise-study.ts';
export type { StudySummary } from './app/tasks/summarise-study.ts';
export { trainFinalist } from './app/tasks/train-finalist.ts';
export type { TrainFinalistInput, TrainedFinalist } from './app/tasks/train-finalist.ts';

// What appears in the signatures of the above.
export type { StoredModelFile } from './app/model-file-store.ts';
export type { Project, ProjectFoundBy } from './app/project.ts';
export type { Registration } from './app/registration.ts';
export type { AppServices } from './app/services.ts';
export type { ParetoTrial } from './app/pareto-trials.ts';
export type { PrunerParameters } from './app/pruner-parameters.ts';
export type { StudyReference } from './app/studies.ts';
export type { StudyMetric } from './app/study-metrics.ts';
export type { CacheReference } from './app/tensor-caches.ts';
export type { Clock } from './core/clock.ts';
export {
  CancelledError,
  ConflictError,
  CrashedError,
  DataError,
  EnvironmentError,
  MappedTaskError,
  MlflowTsError,
  NotFoundError,
  NotJsonError,
  ParameterError,
  TimeoutError,
  TrainingError,
  UsageError,
} from './core/errors.ts';
export type { Details as ErrorDetails, MappedOutcome, Options as MlflowTsErrorOptions } from './core/errors.ts';
export type { DatasetVersionId, FlowRunId, StudyId, TaskRunId, TensorCacheId, TrainingRunId } from './core/ids.ts';
export type { Json, JsonObject } from './core/json.ts';
export type { LabelledImages } from './core/labelled-images.ts';
export { LOG_LEVELS } from './core/logger.ts';
export type { LogLevel, Logger, Progress, ReportProgress } from './core/logger.ts';
export type { RunError, RunState } from './core/run-state.ts';
export type { SeededRandom } from './core/seeded-random.ts';
export { openTensorCache } from './datasets/cache/open-tensor-cache.ts';
export type { LoadedSplit, TensorCache, TensorShard } from './datasets/cache/open-tensor-cache.ts';
export { LAYOUTS } from './datasets/dataset-version.ts';
export type { DatasetVersion, Layout } from './datasets/dataset-version.ts';
export type { Annotations } from './datasets/boxes/annotated-image.ts';
export { ANNOTATION_PROBLEMS } from './datasets/boxes/annotation-problems.ts';
export type { AnnotationProblem, AnnotationProblemKind } from './datasets/boxes/annotation-problems.ts';
export type { ImageFormat } from './datasets/decode/image-format.ts';
export type { DatasetMetadata, Download } from './datasets/source.ts';
export { SPLIT_NAMES } from './datasets/tensor-cache.ts';
export type {
  BrokenImage,
  MislabelledImage,
  PrepSettings,
  SplitName,
  SplitSettings,
  TensorCacheSummary,
} from './datasets/tensor-cache.ts';
export type { DatasetStatus } from './datasets/version/check-status.ts';
export type { ArtifactKind } from './registry/artifacts.ts';
export type { Registry } from './registry/open-registry.ts';
export type { ArtifactStore, StoredFile } from './storage/artifact-store.ts';
export type { Augmentation } from './training/augment/augmentation.ts';
export { ENGINE_NAMES, ENGINE_PREFERENCES } from './training/engines/training-engine.ts';
export type { EngineName, EnginePreference } from './training/engines/training-engine.ts';
export type { ClassReport } from './training/evaluate.ts';
