import { LOG_LEVELS } from './logger.ts';
import { RUN_STATE_KINDS } from './run-state.ts';

/**
 * Words that records are made of: keys and fixed values, which are checked when a record is read. Were one of them sealed, the
 * record could not be read any more.
 */
export const OWN_WORDS: readonly string[] = [
  ...RUN_STATE_KINDS,
  ...LOG_LEVELS,
  'true false null',
  // States, errors and progress.
  'kind reason scheduledFor retryAt cacheKey timeoutMs name code message stack details cause done total unit label table',
  'PARAMETER ENVIRONMENT CRASHED CANCELLED UNKNOWN CONFLICT NOT_FOUND FLOW_FILE USAGE TRAINING FENCED',
  // Artifacts and tags.
  'markdown table link image file inline stored training_run model_version registered_model flow_run task_run experiment',
  // Trainings, studies and trials.
  'running finished failed killed complete pruned waiting grid random maximize minimize choice layers epochs trainShare engine',
  'auto onnx adam dense float32 uint8 int32 threads version backend kernel filters blocks units dropout activation',
  // Datasets and models.
  'signature input output height width channels classNames architecture datasetVersion synthetic tensorCache trainingRun',
  'parameters metrics codeVersion testPredictions samples files path bytes sha256 formatVersion createdAt champion',
  'train validation test apart folders hash split labels layout source upstreamVersion promoted kept superior always',
];
