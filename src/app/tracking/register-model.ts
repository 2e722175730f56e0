import { resolve } from 'node:path';
import type { FlowRunId } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import { currentRunFor } from '../../engine/run-scope.ts';
import { latestMetrics } from '../../registry/metrics.ts';
import { listParams } from '../../registry/params.ts';
import { setTags } from '../../registry/tags.ts';
import { workDirOf, type AppServices } from '../services.ts';
import { servicesOf } from './services-of.ts';
import { trackedRun } from './tracking.ts';

/** What is said of a model version beside its files. */
export type RegisterModelOptions = {
  /** Names of the classes in the order of the model's outputs; default `0`, `1`, … */
  readonly classNames?: readonly string[];
  /** An alias that the version gets, e.g. `challenger`; whoever had it before loses it. */
  readonly alias?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Default: the metrics the run has logged, each at its last step. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** Default: the params the run has logged. */
  readonly parameters?: JsonObject;
  /** The id of the dataset version that it was trained with. */
  readonly datasetVersion?: string;
  /** True when it learned only from data that a program made. */
  readonly synthetic?: boolean;
};

/** A registered version; `path` is the folder with its files and its card, `model.json`. */
export type RegisteredVersion = { readonly name: string; readonly version: number; readonly path: string };

/**
 * Registers files as the next version of a model, linked to the run's training run: a folder that TensorFlow.js saved a
 * LayersModel into, an ONNX file, a version's own folder, or any folder or file. An image classifier gets its signature
 * from the files and can be used with `mlflow-ts predict` and `loadModel`. The same files of the same run again, after a
 * retry, return the version they have.
 * @param source From the current folder, or absolute; the files are copied.
 * @throws NotFoundError when nothing is there; ParameterError for a name that cannot be a folder; UsageError outside of a
 * flow run.
 */
export async function registerModel(
  source: string,
  name: string,
  options: RegisterModelOptions = {},
): Promise<RegisteredVersion> {
  const tracked = trackedRun('registerModel');
  const services = servicesOf(currentRunFor('registerModel'), 'registerModel');
  const { flowRunId } = currentRunFor('registerModel').run;
  const { registry, clock, project, secrets, codeVersion } = services;
  const { db } = registry;
  const path = resolve(services.cwd, source);
  secrets.assertNotInName(name, 'model');
  const { assertNoSecretIn } = await import('../../storage/assert-no-secret-in.ts');
  await assertNoSecretIn(path, secrets);
  await tracked.flush();
  const trainingRunId = await tracked.open();
  const { saveModelVersion } = await import('../../models/save-model-version.ts');
  const { withLaidOutModel } = await import('./lay-out-model.ts');
  const layOut = { path, classNames: options.classNames, workDir: workDirOf(services) };
  const { row, folder } = await withLaidOutModel(layOut, async (model) => {
    // What was made of the source can hold more than that: the names of the classes.
    await assertNoSecretIn(model.folder, secrets);
    return saveModelVersion(db, clock, project.modelsDir, {
      name,
      source: model.folder,
      trainingRunId,
      flowRunId,
      once: 'per files',
      card: secrets.seal.data({
        signature: model.signature,
        architecture: {},
        datasetVersion: options.datasetVersion ?? null,
        synthetic: options.synthetic ?? false,
        tensorCache: null,
        parameters: secrets.seal.values({ ...(options.parameters ?? (await listParams(db, trainingRunId))) }),
        metrics: { ...(options.metrics ?? (await latestMetrics(db, trainingRunId))) },
        engine: {},
        codeVersion,
      }),
    });
  });
  const { version } = row;
  if (options.tags !== undefined) await setTags(db, { kind: 'model_version', id: `${name}/${version}` }, options.tags);
  if (options.alias !== undefined) await giveAlias(services, { name, version, alias: options.alias, flowRunId });
  return { name, version, path: folder };
}

async function giveAlias(
  { registry: { db }, clock }: AppServices,
  given: { readonly name: string; readonly version: number; readonly alias: string; readonly flowRunId: FlowRunId },
): Promise<void> {
  const { promoteModel } = await import('../../models/promote-model.ts');
  const { getAlias } = await import('../../registry/model-aliases.ts');
  if ((await getAlias(db, given.name, given.alias))?.version === given.version) return;
  await promoteModel(db, clock, { ...given, reason: 'registerModel' });
}
