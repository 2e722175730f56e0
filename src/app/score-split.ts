import { samplesOf } from '../core/samples.ts';
import type { TensorCache } from '../datasets/cache/open-tensor-cache.ts';
import type { SplitName } from '../datasets/tensor-cache.ts';
import { evaluate, type EvaluationReport } from '../training/evaluate.ts';
import { predictInBatches } from '../training/predict-in-batches.ts';
import type { Predictor } from '../training/predictor.ts';
import type { TestPredictions } from '../models/test-predictions.ts';

/** A model's report on one split, and what it said to each of its samples. */
export type ScoredSplit = { readonly report: EvaluationReport; readonly predictions: TestPredictions };

/** Runs a model over a split of a tensor cache. */
export async function scoreSplit(
  predictor: Predictor,
  cache: TensorCache,
  { split, signal }: { readonly split: SplitName; readonly signal: AbortSignal },
): Promise<ScoredSplit> {
  const { classNames } = cache.summary;
  const data = await cache.load(split);
  const { labels, sampleIds } = data;
  const probabilities = await predictInBatches(predictor, samplesOf(data), { signal });
  const report = evaluate({ probabilities, labels }, classNames);
  return {
    report,
    predictions: {
      classNames: [...classNames],
      sampleIds: [...sampleIds],
      labels: [...labels],
      predicted: [...report.predicted],
    },
  };
}
