export { flow, task } from './app/flow-api.ts';
export type { AppServices } from './app/services.ts';
export { skip } from './engine/skip.ts';
export { byInputs, cacheBy } from './engine/cache-policy.ts';
export { exponentialBackoff } from './engine/retry-policy.ts';

export { checkDatasetStatus } from './app/tasks/check-dataset-status.ts';
export { createStudy } from './app/tasks/create-study.ts';
export { decodeImages } from './app/tasks/decode-images.ts';
export { describeSplits } from './app/tasks/describe-splits.ts';
export { downloadDataset } from './app/tasks/download-dataset.ts';
export { evaluateModel } from './app/tasks/evaluate-model.ts';
export { extractDataset } from './app/tasks/extract-dataset.ts';
export { findStudy } from './app/tasks/find-study.ts';
export { findTensorCache } from './app/tasks/find-tensor-cache.ts';
export { loadDatasetMetadata } from './app/tasks/load-dataset-metadata.ts';
export { planSplit } from './app/tasks/plan-split.ts';
export { promoteModel } from './app/tasks/promote-model.ts';
export { rankFinalists } from './app/tasks/rank-finalists.ts';
export { readDataset } from './app/tasks/read-dataset.ts';
export { runTrials } from './app/tasks/run-trials.ts';
export { saveModel } from './app/tasks/save-model.ts';
export { selectFinalists } from './app/tasks/select-finalists.ts';
export { summariseRegistration } from './app/tasks/summarise-registration.ts';
export { summariseStudy } from './app/tasks/summarise-study.ts';
export { trainFinalist } from './app/tasks/train-finalist.ts';

export { createTestClock } from './app/testing/test-clock.ts';
export { createTestHarness } from './app/testing/create-test-harness.ts';
export type { TestHarness, TestHarnessOptions } from './app/testing/create-test-harness.ts';
export { loadModel } from './app/tracking/load-model.ts';
export { registerModel } from './app/tracking/register-model.ts';
export { logArtifact, logMetric, logMetrics, logParam, logParams, setTags } from './app/tracking/tracking.ts';

export { openTensorCache } from './datasets/cache/open-tensor-cache.ts';
