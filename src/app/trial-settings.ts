import { z } from 'zod';
import { didYouMean } from '../core/closest-name.ts';
import { ParameterError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { augmentationSchema, isAugmenting } from '../training/augment/augmentation.ts';
import { findArchitecture } from '../training/architectures/catalogue.ts';
import { readSearchSpace } from '../training/search/parse-search-space.ts';
import { axisOf } from '../training/search/axis.ts';
import type { Dimension, ParameterValue, SearchSpace } from '../training/search/search-space.ts';
import type { TrainingSettings } from '../training/training-settings.ts';

/** What of a training a search space may vary besides the parameters of the architecture, and what holds when it does not. */
const trainingParameters = z.object({
  learningRate: z.number().positive().default(0.001),
  batchSize: z.int().positive().default(64),
  labelSmoothing: z.number().min(0).lt(1).default(0),
  ...augmentationSchema.shape,
});

/**
 * The settings of a training: a trial's parameters are those of the architecture and of training; what the space does not
 * vary has its default.
 * @throws ParameterError for a parameter that neither takes, or a value that does not fit.
 */
export function trialSettings(
  parameters: JsonObject,
  options: { readonly architecture: string; readonly epochs: number; readonly seed: number },
): TrainingSettings {
  const { training, architecture } = checkedParameters(parameters, options.architecture);
  const augmentation = augmentationSchema.parse(training);
  return {
    architecture: { name: options.architecture, parameters: architecture },
    epochs: options.epochs,
    batchSize: training.batchSize,
    learningRate: training.learningRate,
    optimizer: 'adam',
    seed: options.seed,
    ...(training.labelSmoothing > 0 ? { labelSmoothing: training.labelSmoothing } : {}),
    ...(isAugmenting(augmentation) ? { augmentation } : {}),
  };
}

/**
 * Reads a search space and checks, before any trial starts, that training or the architecture takes every parameter of it,
 * and every value of a list or both ends of a range.
 * @throws ParameterError that tells all problems at once.
 */
export function searchSpaceFor(architecture: string, raw: unknown): SearchSpace {
  const known = parameterSchemas(architecture);
  const { space, problems } = readSearchSpace(raw);
  const misfits = space.dimensions.flatMap((dimension) => {
    const schema = known[dimension.name];
    if (schema === undefined) {
      return [
        `${dimension.name} is no parameter of ${architecture}. ${didYouMean(dimension.name, Object.keys(known))}`,
      ];
    }
    return isReadable(dimension)
      ? probes(dimension).flatMap((value) => problemsWith(dimension.name, value, schema))
      : [];
  });
  if (problems.length + misfits.length > 0) throw misfit([...problems, ...misfits]);
  return space;
}

function checkedParameters(parameters: JsonObject, architectureName: string) {
  const trained = Object.keys(trainingParameters.shape);
  const entries = Object.entries(parameters);
  const training = trainingParameters.safeParse(Object.fromEntries(entries.filter(([name]) => trained.includes(name))));
  const architecture = architectureSchema(architectureName).safeParse(
    Object.fromEntries(entries.filter(([name]) => !trained.includes(name))),
  );
  if (training.success && architecture.success) {
    return { training: training.data, architecture: architecture.data as Record<string, ParameterValue> };
  }
  const issues = [...(training.error?.issues ?? []), ...(architecture.error?.issues ?? [])];
  throw misfit(issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}

function architectureSchema(name: string): z.ZodObject {
  return findArchitecture(name).parameters;
}

function parameterSchemas(architecture: string): Readonly<Record<string, z.core.$ZodType>> {
  return { ...trainingParameters.shape, ...architectureSchema(architecture).shape };
}

/** An empty range was complained about already. */
function isReadable(dimension: Dimension): boolean {
  return dimension.kind === 'choice' || dimension.low <= dimension.high;
}

/** The values that are tried against the schema: all of a list, the ends of a range. */
function probes(dimension: Dimension): readonly ParameterValue[] {
  if (dimension.kind === 'choice') return dimension.choices;
  const axis = axisOf(dimension);
  return axis === undefined ? [dimension.low, dimension.high] : [axis.at(0), axis.at(axis.count - 1)];
}

function problemsWith(name: string, value: ParameterValue, schema: z.core.$ZodType): string[] {
  const issues = z.safeParse(schema, value).error?.issues ?? [];
  return issues.map((issue) => `${name}: ${JSON.stringify(value)} does not fit: ${issue.message}`);
}

function misfit(problems: readonly string[]): ParameterError {
  const lines = problems.map((problem) => `  - ${problem}`).join('\n');
  return new ParameterError(`The search space does not fit the architecture:\n${lines}`, {
    details: { problems: [...problems] },
  });
}
