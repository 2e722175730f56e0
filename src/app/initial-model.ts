import { join } from 'node:path';
import { z } from 'zod';
import { ParameterError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { findModelVersion } from '../models/find-model-version.ts';
import { LAYERS_FOLDER } from '../training/model-file-names.ts';
import type { JobInitialModel } from './job-initial-model.ts';
import type { AppServices } from './services.ts';

/** The model version whose weights the trainings of a study begin with: which it was when the study was opened. */
export const initialModelSchema = z.object({
  name: z.string(),
  version: z.int().min(1),
  /** As the version's card has them; trainings take them over. */
  architecture: z.object({
    name: z.string(),
    parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  }),
  classNames: z.array(z.string()),
});

export type InitialModel = Readonly<z.infer<typeof initialModelSchema>>;

/**
 * Finds the version that `name`, `name/version` or `name@alias` means (a name alone its champion) and checks that weights can be
 * taken over from it.
 * @throws NotFoundError, UsageError; ParameterError when it cannot serve, or is of another architecture than the one asked for.
 */
export async function findInitialModel(
  { registry, project }: AppServices,
  reference: string,
  wanted: { readonly architecture: string | undefined; readonly onFeatures: boolean },
): Promise<InitialModel> {
  const { row, card } = await findModelVersion(registry.db, project.modelsDir, reference);
  const refuse = (why: string): ParameterError =>
    new ParameterError(`initialModel ${row.modelName}/${row.version} cannot serve: ${why}.`);
  if (wanted.onFeatures || card.backbone !== undefined) {
    throw refuse('whole networks are fine-tuned, heads on the features of a backbone are trained anew');
  }
  const architecture = initialModelSchema.shape.architecture.safeParse(card.architecture);
  if (!architecture.success || card.signature === null) throw refuse('it was not trained by mlflow-ts');
  const { name } = architecture.data;
  if (wanted.architecture !== undefined && wanted.architecture !== name) {
    throw refuse(`it is a ${name}, the architecture asked for is ${wanted.architecture}`);
  }
  const { classNames } = card.signature.output;
  return { name: row.modelName, version: row.version, architecture: architecture.data, classNames };
}

/** @throws ParameterError for what only counts with an initial model, and for what one has decided already. */
export function checkFineTuning(initial: InitialModel | undefined, names: readonly string[]): void {
  const problems =
    initial === undefined
      ? FINE_TUNING.filter((name) => names.includes(name)).map(
          (name) =>
            `${name} counts only with initialModel: a frozen network without a training behind it learns nothing`,
        )
      : names
          .filter((name) => name !== 'dropout' && name in initial.architecture.parameters)
          .map((name) => `${name} is decided by initialModel ${initial.name}/${initial.version}`);
  if (problems.length > 0) throw new ParameterError(`${problems.join('; ')}.`, { details: { problems } });
}

const FINE_TUNING = ['frozenEpochs', 'unfrozenLearningRate'];

/** The architecture's parameters of an initial model, which hold for every training of its study. */
export function parametersOf(initial: InitialModel | undefined): JsonObject {
  return initial === undefined ? {} : { ...initial.architecture.parameters };
}

/** The version as a training in another process is told of it. */
export async function initialModelOfJob(
  { registry, project }: AppServices,
  { name, version, classNames }: InitialModel,
): Promise<JobInitialModel> {
  const { folder } = await findModelVersion(registry.db, project.modelsDir, `${name}/${version}`);
  return { name: `${name}/${version}`, folder: join(folder, LAYERS_FOLDER), classNames };
}
