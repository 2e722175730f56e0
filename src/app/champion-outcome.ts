import { join } from 'node:path';
import { samplesOf } from '../core/samples.ts';
import { openTensorCache } from '../datasets/cache/open-tensor-cache.ts';
import { findModelVersion } from '../models/find-model-version.ts';
import type { TestOutcome } from '../models/superior-gate.ts';
import { readTestPredictions, testOutcome, type TestPredictions } from '../models/test-predictions.ts';
import type { ImageShape } from '../training/image-shape.ts';
import type { AppServices } from './services.ts';
import { loadStudy, type StudyReference } from './studies.ts';
import { findCache } from './tensor-caches.ts';

/**
 * How the champion did on the challenger's test samples. What it predicted when it was registered counts where it knew all
 * of them; else, the data being another, it predicts them now, provided it takes images of that size.
 */
export async function championOutcome(
  services: AppServices,
  champion: {
    readonly name: string;
    readonly version: number;
    readonly study: StudyReference;
    /** The challenger's. */
    readonly predictions: TestPredictions;
  },
): Promise<TestOutcome> {
  const { registry, project } = services;
  const found = await findModelVersion(registry.db, project.modelsDir, `${champion.name}/${champion.version}`);
  const recorded = await readTestPredictions(found.folder);
  const known = new Set(recorded?.sampleIds);
  if (recorded !== undefined && champion.predictions.sampleIds.every((id) => known.has(id)))
    return testOutcome(recorded);
  const { tensorCacheId } = await loadStudy(services, champion.study);
  const { path, image } = await findCache(project.dataDir, tensorCacheId);
  const { signature } = found.card;
  if (signature === null || !isSameShape(signature.input, image))
    return recorded === undefined ? { sampleIds: [], correct: [] } : testOutcome(recorded);
  const cache = await openTensorCache(join(project.dataDir, path));
  const data = await cache.load('test');
  const { loadPredictor } = await import('../training/predictor.ts');
  const { predictInBatches } = await import('../training/predict-in-batches.ts');
  const { predictedClasses } = await import('../training/evaluate.ts');
  const predictor = await loadPredictor(found.folder);
  try {
    const classes = signature.output.classNames;
    const predicted = predictedClasses(await predictInBatches(predictor, samplesOf(data)), classes.length);
    const trueName = (index: number) => champion.predictions.classNames[data.labels[index]!];
    return { sampleIds: data.sampleIds, correct: predicted.map((label, index) => classes[label] === trueName(index)) };
  } finally {
    await predictor.dispose();
  }
}

function isSameShape(left: ImageShape, right: ImageShape): boolean {
  return left.height === right.height && left.width === right.width && left.channels === right.channels;
}
