import { z } from 'zod';
import { didYouMean } from '../core/closest-name.ts';
import { ParameterError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { augmentationSchema, isAugmenting } from '../training/augment/augmentation.ts';
import { findArchitecture } from '../training/architectures/catalogue.ts';
import { readSearchSpace } from '../training/search/parse-search-space.ts';
import { axisOf } from '../training/search/axis.ts';
import type { Dimension, ParameterValue, SearchSpace } from '../training/search/search-space.ts';
import {
  fineTuningParameters,
  idleParameters,
  stepParameters,
  trainingParameters,
} from '../training/training-parameters.ts';
import { parametersOf, type InitialModel } from './initial-model.ts';
import type { TrainingSettings } from '../training/training-settings.ts';

/** What decides a trial besides its own parameters. */
export type TrialFrame = {
  readonly architecture: string;
  readonly epochs: number;
  readonly seed: number;
  /** Parameters that are the same for every trial; a trial's own come before them. */
  readonly training?: JsonObject | undefined;
  /** What the architecture's parameters are taken over from. */
  readonly initialModel?: InitialModel | undefined;
};

/**
 * The settings of a training: a trial's parameters are those of the architecture and of training; what neither they nor the frame
 * say has its default, and what the optimiser, the loss or the schedule do not take is left out.
 * @throws ParameterError for a parameter that nothing takes, or a value that does not fit.
 */
export function trialSettings(parameters: JsonObject, frame: TrialFrame): TrainingSettings {
  const given = { ...parametersOf(frame.initialModel), ...frame.training, ...parameters };
  const idle = idleParameters(Object.keys(given), (name) => (name in given ? [given[name]] : undefined));
  const counting = Object.entries(given).filter(([name]) => !idle.some((each) => each.name === name));
  const { training, architecture } = checkedParameters(Object.fromEntries(counting), frame.architecture);
  const { learningRate, batchSize } = training;
  const augmentation = augmentationSchema.parse(training);
  return {
    architecture: { name: frame.architecture, parameters: architecture },
    epochs: frame.epochs,
    ...{ batchSize, learningRate, optimizer: 'adam', seed: frame.seed },
    ...stepParameters.parse(training),
    ...fineTuningParameters.parse(training),
    ...earlyStoppingOf(training),
    ...(isAugmenting(augmentation) ? { augmentation } : {}),
  };
}

function earlyStoppingOf(training: z.output<typeof trainingParameters>): Pick<TrainingSettings, 'earlyStopping'> {
  const { earlyStoppingPatience: patience, earlyStoppingMinDelta: minDelta, earlyStoppingMetric: metric } = training;
  if (patience === undefined) return {};
  const more = { ...(minDelta === undefined ? {} : { minDelta }), ...(metric === undefined ? {} : { metric }) };
  return { earlyStopping: { patience, ...more } };
}

/**
 * Reads a search space and checks, before any trial starts, that training or the architecture takes every parameter of it,
 * and every value of a list or both ends of a range; `fixed` parameters, the same for every trial, likewise.
 * @throws ParameterError that tells all problems at once.
 */
export function searchSpaceFor(architecture: string, raw: unknown, fixed: JsonObject = {}): SearchSpace {
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
  const all = [...problems, ...misfits, ...fixedProblems(fixed, space, known), ...idleProblems(fixed, space)];
  if (all.length > 0) throw misfit(all);
  return space;
}

function fixedProblems(
  fixed: JsonObject,
  space: SearchSpace,
  known: Readonly<Record<string, z.core.$ZodType>>,
): string[] {
  const searched = new Set(space.dimensions.map(({ name }) => name));
  return Object.entries(fixed).flatMap(([name, value]) => {
    const schema = known[name];
    if (schema === undefined) return [`training.${name} is no parameter. ${didYouMean(name, Object.keys(known))}`];
    if (searched.has(name)) return [`${name} is fixed (training) and searched (space); give it in one of them`];
    return problemsWith(`training.${name}`, value, schema);
  });
}

/** Parameters that no trial could make use of. */
function idleProblems(fixed: JsonObject, space: SearchSpace): string[] {
  const dimensions = new Map(space.dimensions.map((dimension) => [dimension.name, dimension]));
  const possible = (name: string): readonly unknown[] | undefined => {
    const dimension = dimensions.get(name);
    if (dimension !== undefined) return probes(dimension);
    return name in fixed ? [fixed[name]] : undefined;
  };
  return idleParameters([...Object.keys(fixed), ...dimensions.keys()], possible).map(({ reason }) => reason);
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

function problemsWith(name: string, value: unknown, schema: z.core.$ZodType): string[] {
  const issues = z.safeParse(schema, value).error?.issues ?? [];
  return issues.map((issue) => `${name}: ${JSON.stringify(value)} does not fit: ${issue.message}`);
}

function misfit(problems: readonly string[]): ParameterError {
  const lines = problems.map((problem) => `  - ${problem}`).join('\n');
  return new ParameterError(`The search space or the training's parameters do not fit:\n${lines}`, {
    details: { problems: [...problems] },
  });
}
