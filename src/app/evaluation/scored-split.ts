import * as z from 'zod';
import type { SplitName } from '../../datasets/tensor-cache.ts';
import type { Calibration } from '../../training/calibration.ts';
import type { EvaluationReport } from '../../training/evaluate.ts';
import type { WrongSample } from '../../training/most-wrong.ts';

/** What to score: the model whose files are in a folder, on a split of a tensor cache; both paths are absolute. */
export type ScoringJob = {
  readonly modelFolder: string;
  readonly cachePath: string;
  readonly split: SplitName;
  /** Also on the same images disturbed (robust-images.ts). */
  readonly robust: boolean;
  /** Also sums up, draws and compares with the truth; only for a model whose classes are those of the cache. */
  readonly report: boolean;
};

/** What a model's answers on one form of the images amount to. */
export type SplitReport = { readonly evaluation: EvaluationReport; readonly calibration: Calibration };

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const indices = z.array(count);

export const evaluationSchema: z.ZodType<EvaluationReport> = z.object({
  samples: count,
  accuracy: share,
  loss: z.number(),
  macroF1: share,
  perClass: z.array(z.object({ className: z.string(), precision: share, recall: share, f1: share, support: count })),
  confusionMatrix: z.array(indices),
  predicted: indices,
  correct: z.array(z.boolean()),
});

const calibration: z.ZodType<Calibration> = z.object({
  expectedError: share,
  bins: z.array(z.object({ low: share, high: share, samples: count, confidence: share, accuracy: share })),
});

const wrongSample: z.ZodType<WrongSample> = z.object({
  index: count,
  label: count,
  predicted: count,
  probability: share,
});

const report: z.ZodType<SplitReport> = z.object({ evaluation: evaluationSchema, calibration });

export const scoredSplitSchema = z.object({
  /** In the order of the samples. */
  sampleIds: z.array(z.string()),
  /** The true class of each sample, an index of the cache's class names. */
  labels: indices,
  /** The most probable class of each sample, an index of the model's class names. */
  predicted: indices,
  /** The same of the disturbed images. */
  robustPredicted: indices.exactOptional(),
  reports: z
    .object({
      clean: report,
      robust: report.exactOptional(),
      mostWrong: z.array(wrongSample),
      /** PNG. */
      mostWrongSheet: z.instanceof(Uint8Array),
    })
    .exactOptional(),
});

export type ScoredSplit = Readonly<z.infer<typeof scoredSplitSchema>>;
