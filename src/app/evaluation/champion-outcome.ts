import { join } from 'node:path';
import { findModelVersion } from '../../models/find-model-version.ts';
import type { TestOutcome } from '../../models/paired-comparison.ts';
import { readTestPredictions, testOutcome, type TestPredictions } from '../../models/test-predictions.ts';
import type { ImageShape } from '../../training/image-shape.ts';
import type { AppServices } from '../services.ts';
import { loadStudy, type StudyReference } from '../studies.ts';
import { findCache } from '../tensor-caches.ts';
import { scoreModel } from './score-model.ts';

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
  signal: AbortSignal,
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
  const scored = await scoreModel(
    { modelFolder: found.folder, cachePath: join(project.dataDir, path), split: 'test', robust: true, report: false },
    signal,
  );
  const classes = signature.output.classNames;
  const rightIn = (answers: readonly number[]): boolean[] =>
    answers.map((answer, index) => classes[answer] === champion.predictions.classNames[scored.labels[index]!]);
  return {
    sampleIds: scored.sampleIds,
    correct: rightIn(scored.predicted),
    ...(scored.robustPredicted === undefined ? {} : { robustCorrect: rightIn(scored.robustPredicted) }),
  };
}

function isSameShape(left: ImageShape, right: ImageShape): boolean {
  return left.height === right.height && left.width === right.width && left.channels === right.channels;
}
