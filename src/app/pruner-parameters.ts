import { didYouMean } from '../core/closest-name.ts';
import { ParameterError } from '../core/errors.ts';
import type { Objectives } from '../registry/studies.ts';
import {
  prunerSettingsSchema,
  prunerSettingsSchemas,
  type PrunerSettings,
} from '../training/search/pruners/catalogue.ts';
import { isKnownEachEpoch } from './study-metrics.ts';

/** The parameters of a flow that are about pruning; each pruner takes some of them. */
export type PrunerParameters = {
  readonly pruner: 'none' | 'median' | 'asha' | 'hyperband';
  readonly prunerStartupTrials?: number | undefined;
  readonly prunerWarmupEpochs?: number | undefined;
  readonly prunerIntervalEpochs?: number | undefined;
  readonly prunerPercentile?: number | undefined;
  readonly prunerMinTrials?: number | undefined;
  readonly prunerMinEpochs?: number | 'auto' | undefined;
  readonly prunerMaxEpochs?: number | 'auto' | undefined;
  readonly prunerReductionFactor?: number | undefined;
  readonly prunerMinEarlyStoppingRate?: number | undefined;
  readonly prunerBootstrapTrials?: number | undefined;
};

/**
 * The pruner of a study with all its settings, or undefined for none.
 * @throws ParameterError that tells all problems: settings that are another pruner's, that contradict each other, or a study
 * that nothing can be pruned in.
 */
export function prunerSettings(
  { pruner, ...parameters }: PrunerParameters,
  study: { readonly objectives: Objectives; readonly epochs: number },
): PrunerSettings | undefined {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  const known = pruner === 'none' ? [] : Object.keys(prunerSettingsSchemas[pruner].shape).map(parameterName);
  const foreign = given.map(([name]) => name).filter((name) => !known.includes(name));
  const problems = [
    ...foreign.map((name) => `${name} is no setting of pruner ${pruner}. ${didYouMean(name, known)}`),
    ...(pruner === 'none' ? [] : studyProblems(pruner, study.objectives)),
  ];
  if (problems.length > 0) throw misfit(problems);
  if (pruner === 'none') return undefined;
  const settings = prunerSettingsSchema.parse({
    ...(pruner === 'hyperband' ? { maxEpochs: study.epochs } : {}),
    ...Object.fromEntries(given.map(([name, value]) => [settingName(name), value])),
    name: pruner,
  });
  const contradictions = settingsProblems(settings);
  if (contradictions.length > 0) throw misfit(contradictions);
  return settings;
}

function studyProblems(pruner: string, objectives: Objectives): string[] {
  const [{ metric }, ...further] = objectives;
  if (further.length > 0) {
    const all = objectives.map((objective) => objective.metric).join(', ');
    return [`pruner ${pruner} goes by one metric, and the study has ${objectives.length}: ${all}. Take pruner none`];
  }
  return isKnownEachEpoch(metric)
    ? []
    : [`pruner ${pruner} needs a metric that is known after each epoch, not ${metric}`];
}

function settingsProblems(settings: PrunerSettings): string[] {
  switch (settings.name) {
    case 'median':
      return [];
    case 'asha':
      return settings.minEpochs === 'auto' && settings.bootstrapTrials > 0
        ? ['prunerBootstrapTrials needs a number for prunerMinEpochs, not auto']
        : [];
    case 'hyperband': {
      const { minEpochs, maxEpochs, bootstrapTrials } = settings;
      if (maxEpochs === 'auto') {
        return bootstrapTrials > 0 ? ['prunerBootstrapTrials needs a number for prunerMaxEpochs, not auto'] : [];
      }
      return maxEpochs < minEpochs
        ? [`prunerMinEpochs ${minEpochs} is above ${maxEpochs}, the epochs of a trial (prunerMaxEpochs)`]
        : [];
    }
  }
}

/** `minEpochs` is given as `prunerMinEpochs`. */
function parameterName(setting: string): string {
  return `pruner${setting.slice(0, 1).toUpperCase()}${setting.slice(1)}`;
}

function settingName(parameter: string): string {
  const name = parameter.slice('pruner'.length);
  return `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;
}

function misfit(problems: readonly string[]): ParameterError {
  return new ParameterError(`The pruner does not fit:\n${problems.map((line) => `  - ${line}.`).join('\n')}`, {
    details: { problems: [...problems] },
  });
}
