import { shortId } from '../../../core/ids.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import type { TaskContext } from '../../../engine/run-contexts.ts';
import { getOrCreateExperiment } from '../../../registry/experiments.ts';
import type { EnginePreference } from '../../../training/engines/training-engine.ts';
import type { SearchSpace } from '../../../training/search/search-space.ts';
import { nameOfDataset } from '../../dataset-versions.ts';
import { defaultSpace } from '../../default-space.ts';
import type { FeatureReference } from '../../feature-reference.ts';
import type { InitialModel } from '../../initial-model.ts';
import type { PrunerParameters } from '../../pruner-parameters.ts';
import type { AppServices } from '../../services.ts';
import type { StudyReference } from '../../studies.ts';
import type { StudyMetric } from '../../study-metrics.ts';
import type { CacheReference } from '../../tensor-caches.ts';

/** What `createStudy` takes. */
export type CreateStudyInput = {
  readonly cache: CacheReference;
  readonly name?: string | undefined;
  readonly experiment?: string | undefined;
  /** What the trials' heads learn from; absent: the images themselves. */
  readonly features?: FeatureReference | undefined;
  /** Default: `cnn`, or `linear` on features. */
  readonly architecture?: string | undefined;
  /** A model version whose weights the trainings begin with: `signs/3`, `signs@champion`. */
  readonly initialModel?: string | undefined;
  /** Default: one that suits the architecture. */
  readonly space?: Readonly<Record<string, Json>> | undefined;
  readonly sampler: 'grid' | 'random' | 'tpe';
  readonly trialEpochs: number;
  readonly trialShare: number;
  readonly seed: number;
  readonly engine: EnginePreference;
  /** Parameters of training that are the same for every trial. */
  readonly training?: JsonObject | undefined;
  /** What trials are ranked by; default: validation accuracy. */
  readonly metrics?: readonly [StudyMetric, ...StudyMetric[]] | undefined;
} & Partial<PrunerParameters>;

/** The body of the task `createStudy`. */
export async function createStudyBody(
  input: CreateStudyInput,
  { services, run, log }: TaskContext<AppServices>,
): Promise<StudyReference> {
  const { openStudy } = await import('../../../training/search/open-study.ts');
  const { objectivesOf } = await import('../../study-metrics.ts');
  const { prunerSettings } = await import('../../pruner-parameters.ts');
  const { registry, clock } = services;
  const plan = await planTrainings(input, services);
  const objectives = objectivesOf(input.metrics ?? ['validationAccuracy']);
  const pruner = prunerSettings(prunerParametersOf(input), { objectives, epochs: input.trialEpochs });
  const dataset = await nameOfDataset(services, input.cache.datasetVersionId);
  const experiment = await getOrCreateExperiment(registry.db, { name: input.experiment ?? dataset, at: clock.now() });
  const { study, resumed } = await openStudy(registry.db, clock, {
    name: input.name ?? `${dataset}-${shortId(run.flowRunId)}`,
    experimentId: experiment.id,
    flowRunId: run.flowRunId,
    datasetVersionId: input.cache.datasetVersionId,
    tensorCacheId: input.cache.id,
    space: plan.space,
    sampler: input.sampler,
    seed: input.seed,
    objectives,
    settings: { ...settingsOf(input, plan), ...(pruner === undefined ? {} : { pruner }) },
  });
  log.info(`${resumed ? 'Continuing' : 'New'} study ${study.name} in experiment ${experiment.name}`);
  return { id: study.id, name: study.name };
}

function prunerParametersOf({ pruner = 'none', ...input }: CreateStudyInput): PrunerParameters {
  const settings = Object.entries(input).filter(([name]) => name.startsWith('pruner'));
  return { ...Object.fromEntries(settings), pruner };
}

/** When an earlier model is trained on and no space is given. */
const FINE_TUNING_SPACE = { learningRate: { choice: [0.001, 0.003] }, frozenEpochs: { choice: [1] } };

/** What the trainings begin with, and what may vary between them. */
type Plan = {
  readonly architecture: string;
  readonly space: SearchSpace;
  readonly initialModel: InitialModel | undefined;
};

/** @throws ParameterError for what does not fit together, before anything is recorded. */
async function planTrainings(input: CreateStudyInput, services: AppServices): Promise<Plan> {
  const { checkFineTuning, findInitialModel } = await import('../../initial-model.ts');
  const { searchSpaceFor } = await import('../../trial-settings.ts');
  const { features, training = {} } = input;
  const initialModel =
    input.initialModel === undefined
      ? undefined
      : await findInitialModel(services, input.initialModel, {
          architecture: input.architecture,
          onFeatures: features !== undefined,
        });
  const architecture = initialModel?.architecture.name ?? (await chooseArchitecture(input));
  const raw = input.space ?? (initialModel === undefined ? defaultSpace(architecture) : FINE_TUNING_SPACE);
  const space = searchSpaceFor(architecture, raw, training);
  checkFineTuning(initialModel, [...space.dimensions.map(({ name }) => name), ...Object.keys(training)]);
  return { architecture, space, initialModel };
}

function settingsOf(input: CreateStudyInput, { architecture, initialModel }: Plan): JsonObject {
  const { features, training = {} } = input;
  return {
    architecture,
    ...(features === undefined ? {} : { features }),
    ...(initialModel === undefined ? {} : { initialModel }),
    epochs: input.trialEpochs,
    trainShare: input.trialShare,
    engine: input.engine,
    ...(Object.keys(training).length === 0 ? {} : { training }),
  };
}

/** What is trained must begin with what there is: images or features. */
async function chooseArchitecture({ features, architecture }: CreateStudyInput): Promise<string> {
  const { requireTakes } = await import('../../../training/architectures/catalogue.ts');
  const chosen = architecture ?? (features === undefined ? 'cnn' : 'linear');
  requireTakes(chosen, features === undefined ? 'images' : 'features');
  return chosen;
}
