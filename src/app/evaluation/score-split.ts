import { samplesOf } from '../../core/samples.ts';
import { openTensorCache, type LoadedSplit } from '../../datasets/cache/open-tensor-cache.ts';
import { calibrate } from '../../training/calibration.ts';
import { evaluate, predictedClasses, type Predictions } from '../../training/evaluate.ts';
import { mostWrong } from '../../training/most-wrong.ts';
import { mostWrongSheetPng } from '../../training/most-wrong-sheet.ts';
import { predictInBatches } from '../../training/predict-in-batches.ts';
import { loadPredictor } from '../../training/predictor.ts';
import { disturbImages } from '../../training/robust-images.ts';
import type { ScoredSplit, ScoringJob, SplitReport } from './scored-split.ts';

/** How many of the most certain mistakes are drawn. */
const SHEET_SAMPLES = 24;

/** Asks a model about a split, as its images are and disturbed, and sums up what it says. Blocks for seconds: use a thread. */
export async function scoreSplit({ modelFolder, cachePath, ...job }: ScoringJob): Promise<ScoredSplit> {
  const cache = await openTensorCache(cachePath);
  const data = await cache.load(job.split);
  const predictor = await loadPredictor(modelFolder);
  try {
    const clean = await predictInBatches(predictor, samplesOf(data));
    const robust = job.robust ? await predictDisturbed(predictor, data) : undefined;
    return {
      sampleIds: [...data.sampleIds],
      labels: [...data.labels],
      predicted: predictedClasses(clean, predictor.classes),
      ...(robust === undefined ? {} : { robustPredicted: predictedClasses(robust, predictor.classes) }),
      ...(job.report ? { reports: await reportOn(data, cache.summary.classNames, clean, robust) } : {}),
    };
  } finally {
    await predictor.dispose();
  }
}

type Asked = Parameters<typeof predictInBatches>[0];

function predictDisturbed(predictor: Asked, data: LoadedSplit): Promise<Float32Array> {
  return predictInBatches(predictor, samplesOf(data), {
    prepare: (images, start, count) =>
      disturbImages(images as Uint8Array, data, data.sampleIds.slice(start, start + count)),
  });
}

async function reportOn(
  data: LoadedSplit,
  classNames: readonly string[],
  clean: Float32Array,
  robust: Float32Array | undefined,
): Promise<NonNullable<ScoredSplit['reports']>> {
  const { labels } = data;
  const wrong = mostWrong({ probabilities: clean, labels }, SHEET_SAMPLES);
  return {
    clean: splitReport({ probabilities: clean, labels }, classNames),
    ...(robust === undefined ? {} : { robust: splitReport({ probabilities: robust, labels }, classNames) }),
    mostWrong: wrong,
    mostWrongSheet: new Uint8Array(await mostWrongSheetPng(wrong, data, classNames)),
  };
}

function splitReport(predictions: Predictions, classNames: readonly string[]): SplitReport {
  return { evaluation: evaluate(predictions, classNames), calibration: calibrate(predictions) };
}
