import { basename, extname } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { systemClock } from '../core/clock.ts';
import { hashJson } from '../core/json.ts';
import { samplesOf } from '../core/samples.ts';
import { readDescribedBackbone } from '../training/backbones/open-backbone.ts';
import { openTensorCache, type LoadedSplit, type TensorCache } from '../datasets/cache/open-tensor-cache.ts';
import { chooseEngine, installedEngines } from '../training/engines/choose-engine.ts';
import type { TrainingEngine } from '../training/engines/training-engine.ts';
import { checkpointFile } from '../training/checkpoint-file.ts';
import type { Checkpoint } from '../training/fit-state.ts';
import { evaluate, type EvaluationReport } from '../training/evaluate.ts';
import { fit } from '../training/fit.ts';
import { saveModelFiles } from '../training/model-files.ts';
import { predictInBatches } from '../training/predict-in-batches.ts';
import { createPredictor, loadPredictor } from '../training/predictor.ts';
import { loadLayersModel } from '../training/layers-files.ts';
import { startFrom } from '../training/start-from.ts';
import { loadTensorFlow, type TensorFlow } from '../training/tensorflow.ts';
import { checkedBlocksFile } from './checked-blocks-file.ts';
import { loadTrainingData } from './training-data.ts';
import { takeShare } from './training-share.ts';
import type { ChildMessage, TrainingJob, TrainingJobResult } from './training-job-schema.ts';

/**
 * Does a training job in this process: builds the model, fits it, saves its files if asked for, and evaluates it on the
 * splits asked for – with the saved files where there are some, so that what is measured is what will be used.
 * @throws NotFoundError or DataError for the cache, ParameterError for the architecture, TrainingError.
 */
export async function train(job: TrainingJob, tell: (message: ChildMessage) => void): Promise<TrainingJobResult> {
  const cache = await openTensorCache(job.cachePath);
  const { classNames, image } = cache.summary;
  const { model, engine, history, bestEpoch } = await fitModel(job, cache, tell);
  if (job.saveTo !== undefined) await saveFiles(job, job.saveTo, { model, classNames }, tell);
  const best = history[bestEpoch - 1]!;
  return {
    engine,
    classNames: [...classNames],
    image,
    history: [...history],
    bestEpoch,
    parameters: model.countParams(),
    validation: { accuracy: best.validationAccuracy, loss: best.validationLoss },
    ...(await evaluateSplits(job, cache, model)),
    ...(job.saveTo === undefined ? {} : { modelFiles: job.saveTo }),
  };
}

async function fitModel(job: TrainingJob, cache: TensorCache, tell: (message: ChildMessage) => void) {
  const { settings, threads, trainShare = 1 } = job;
  const [tf, data] = await Promise.all([loadTensorFlow(), loadTrainingData(job, cache)]);
  const model = data.buildModel(tf);
  await beginWithInitialModel(tf, job, model, cache.summary.classNames);
  const checked = job.checkedBlocks === undefined ? undefined : checkedBlocksFile(job.checkedBlocks);
  const { engine, reason, slow } = await chooseEngine(job.engine, model, installedEngines(checked));
  tell({ type: 'log', level: slow ? 'warn' : 'info', message: `Training with ${engine.name}: ${reason}` });
  const checkpoint = openCheckpoint(job, model, engine, tell);
  const { history, bestEpoch, resumedEpochs } = await fit(
    {
      ...{ model, engine, settings, validation: data.validation, classNames: cache.summary.classNames },
      train: takeShare(data.train, trainShare, settings.seed),
    },
    {
      clock: systemClock,
      threads,
      ...(checkpoint === undefined ? {} : { checkpoint }),
      onEpoch: (metrics) => tell({ type: 'epoch', metrics }),
      progress: (progress) => tell({ type: 'progress', progress }),
    },
  );
  if (resumedEpochs > 0) {
    tell({
      type: 'log',
      level: 'info',
      message: `Training went on after epoch ${resumedEpochs} of an earlier attempt`,
    });
  }
  return { model, history, bestEpoch, engine: { name: engine.name, version: engine.version, reason, threads } };
}

async function beginWithInitialModel(
  tf: TensorFlow,
  { initialModel }: TrainingJob,
  model: LayersModel,
  classNames: readonly string[],
): Promise<void> {
  if (initialModel === undefined) return;
  const initial = await loadLayersModel(initialModel.folder);
  const withHead = initialModel.classNames.join('\n') === classNames.join('\n');
  startFrom(tf, model, { model: initial, name: initialModel.name, withHead });
  initial.dispose();
}

/** Beside the job, which names the file, what the process finds out: which engine computes, and the weights' sizes. */
function openCheckpoint(
  { checkpoint: path, threads }: TrainingJob,
  model: LayersModel,
  { name, version, manner = '' }: TrainingEngine,
  tell: (message: ChildMessage) => void,
): Checkpoint | undefined {
  if (path === undefined) return undefined;
  const weights = hashJson(model.weights.map(({ originalName, shape }) => [originalName, shape]));
  const identity = { training: basename(path, extname(path)), engine: name, version, manner, threads, weights };
  return checkpointFile(path, identity, (message) => tell({ type: 'log', level: 'warn', message }));
}

async function saveFiles(
  { features }: TrainingJob,
  folder: string,
  { model, classNames }: { readonly model: LayersModel; readonly classNames: readonly string[] },
  tell: (message: ChildMessage) => void,
): Promise<void> {
  const { withoutOnnx } = await saveModelFiles(model, folder, {
    classNames,
    ...(features?.model === undefined
      ? {}
      : { backbone: await readDescribedBackbone({ ...features.model, sha256: features.sha256 }) }),
  });
  if (withoutOnnx === undefined) return;
  tell({ type: 'log', level: 'warn', message: `The model is saved without an ONNX file: ${withoutOnnx}` });
}

async function evaluateSplits(
  { evaluateOn, saveTo, threads }: TrainingJob,
  cache: TensorCache,
  model: LayersModel,
): Promise<Pick<TrainingJobResult, 'evaluations' | 'testPredictions'>> {
  if (evaluateOn.length === 0) return { evaluations: {} };
  const predictor = await (saveTo === undefined
    ? createPredictor(model, { threads })
    : loadPredictor(saveTo, { threads }));
  try {
    const evaluations: { test?: EvaluationReport; apart?: EvaluationReport } = {};
    let test: LoadedSplit | undefined;
    for (const split of evaluateOn) {
      const data = await cache.load(split);
      const probabilities = await predictInBatches(predictor, samplesOf(data));
      evaluations[split] = evaluate({ probabilities, labels: data.labels }, cache.summary.classNames);
      if (split === 'test') test = data;
    }
    const predicted = evaluations.test?.predicted;
    if (test === undefined || predicted === undefined) return { evaluations };
    return {
      evaluations,
      testPredictions: {
        sampleIds: [...test.sampleIds],
        labels: Array.from(test.labels),
        predicted: [...predicted],
      },
    };
  } finally {
    await predictor.dispose();
  }
}
