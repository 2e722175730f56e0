import * as z from 'zod';
import { augmentationSchema } from './augment/augmentation.ts';
import { STOPPING_METRICS } from './early-stopping.ts';
import { SCHEDULE_NAMES, SCHEDULE_TAKES } from './learning-rate.ts';
import { LOSS_NAMES, LOSS_TAKES } from './losses/loss.ts';
import { OPTIMIZER_NAMES, OPTIMIZER_TAKES } from './optimizers/optimizer.ts';

const share = z.number().min(0).lt(1);

/** The loss, the optimiser and the schedule of a training: StepSettings and ScheduleSettings, as they come from outside. */
export const stepParameters = z.object({
  loss: z.enum(LOSS_NAMES).exactOptional(),
  labelSmoothing: share.exactOptional(),
  huberDelta: z.number().positive().exactOptional(),
  focalGamma: z.number().min(0).exactOptional(),
  focalAlpha: z.number().positive().max(1).exactOptional(),
  optimizer: z.enum(OPTIMIZER_NAMES).exactOptional(),
  momentum: share.exactOptional(),
  nesterov: z.boolean().exactOptional(),
  weightDecay: z.number().min(0).exactOptional(),
  clipNorm: z.number().positive().exactOptional(),
  clipValue: z.number().positive().exactOptional(),
  l1: z.number().min(0).exactOptional(),
  l2: z.number().min(0).exactOptional(),
  schedule: z.enum(SCHEDULE_NAMES).exactOptional(),
  warmupEpochs: z.number().min(0).exactOptional(),
  decayEvery: z.int().min(1).exactOptional(),
  decayFactor: z.number().positive().lt(1).exactOptional(),
  plateauPatience: z.int().min(1).exactOptional(),
  leastLearningRate: z.number().min(0).exactOptional(),
  classWeights: z.union([z.enum(['none', 'balanced']), z.record(z.string(), z.number().min(0))]).exactOptional(),
});

/** FineTuningSettings. */
export const fineTuningParameters = z.object({
  frozenEpochs: z.int().min(0).exactOptional(),
  unfrozenLearningRate: z.number().positive().exactOptional(),
});

export const earlyStoppingSchema = z.object({
  patience: z.int().min(1),
  minDelta: z.number().min(0).exactOptional(),
  metric: z.enum(STOPPING_METRICS).exactOptional(),
});

const { patience, minDelta, metric } = earlyStoppingSchema.shape;

/** Everything of a training that can be given or searched by a name of its own, besides the parameters of the architecture. */
export const trainingParameters = z.object({
  learningRate: z.number().positive().default(0.001),
  batchSize: z.int().positive().default(64),
  ...stepParameters.shape,
  ...fineTuningParameters.shape,
  earlyStoppingPatience: patience.exactOptional(),
  earlyStoppingMinDelta: minDelta,
  earlyStoppingMetric: metric,
  ...augmentationSchema.shape,
});

type Choice = {
  readonly by: string;
  readonly otherwise: string;
  readonly takes: Readonly<Record<string, readonly string[]>>;
};

/** Parameters that only count with certain values of another one. */
const CHOICES: readonly Choice[] = [
  { by: 'loss', otherwise: 'cross-entropy', takes: LOSS_TAKES },
  { by: 'optimizer', otherwise: 'adam', takes: OPTIMIZER_TAKES },
  { by: 'schedule', otherwise: 'constant', takes: SCHEDULE_TAKES },
];

/** Of the names, those that count for nothing whichever of the `possible` values others have, each with the reason. */
export function idleParameters(
  names: readonly string[],
  possible: (name: string) => readonly unknown[] | undefined,
): { readonly name: string; readonly reason: string }[] {
  return CHOICES.flatMap(({ by, otherwise, takes }) => {
    const chosen = (possible(by) ?? [otherwise]).map(String);
    const belongsTo = (name: string): string[] => Object.keys(takes).filter((value) => takes[value]!.includes(name));
    return names.flatMap((name) => {
      const takers = belongsTo(name);
      if (takers.length === 0 || takers.some((value) => chosen.includes(value))) return [];
      return [{ name, reason: `${name} counts only with ${by} ${takers.join(' or ')}, not with ${chosen.join(', ')}` }];
    });
  });
}
