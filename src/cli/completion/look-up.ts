import type { Command } from 'commander';
import type { AppServices } from '../../app/services.ts';
import type { CommandContext, GlobalOptions } from '../command-context.ts';
import type { Candidate, LookUp, ParsedLine } from './candidates.ts';

const MOST_RUNS = 50;

/** Looks values up: flows and their parameters in the project, the rest in the registry. What cannot be read has no values. */
export function lookUpIn(context: CommandContext, command: Command): LookUp {
  return async (place, line) => {
    try {
      return await valuesFor(place, line, context, command);
    } catch {
      // A broken registry is for the commands to tell: in the middle of a line there is no place to say it.
      return [];
    }
  };
}

async function valuesFor(
  place: string,
  line: ParsedLine,
  context: CommandContext,
  command: Command,
): Promise<readonly Candidate[]> {
  if (place === 'flow') return flows(context, command);
  if (place === 'param') return parameters(line, context, command);
  if (place === 'state') return states();
  const read = READERS[placeOf(place, line)];
  if (read === undefined) return [];
  const { home } = command.optsWithGlobals<GlobalOptions>();
  const services = await context.openServices({ homeOption: home, readOnly: true });
  try {
    return await read(services, line);
  } finally {
    await services.registry.close();
  }
}

/** A `<name>` is a model's in the commands about models. */
function placeOf(place: string, { command }: ParsedLine): string {
  return place === 'name' && isAboutModels(command) ? 'modelName' : place;
}

function isAboutModels(command: Command | null): boolean {
  return command !== null && (command.name() === 'models' || isAboutModels(command.parent));
}

type Reader = (services: AppServices, line: ParsedLine) => Promise<readonly Candidate[]>;

/** By the name of an argument or option. */
const READERS: Readonly<Record<string, Reader>> = {
  run: runs,
  runs: runsOrTrainingRuns,
  first: runs,
  second: runs,
  model: models,
  modelName: modelNames,
  alias: aliases,
  experiment: experiments,
  'experiment-or-run': experimentsAndRuns,
  experiments,
  study: studies,
  pool: pools,
  version: datasets,
  'other-version': datasets,
};

async function flows(context: CommandContext, command: Command): Promise<readonly Candidate[]> {
  const { listProjectFlows } = await import('../../app/flow-files/project-flows.ts');
  const { flowPlaces } = await import('../flow-places.ts');
  const catalogue = await listProjectFlows(await flowPlaces(context, command));
  return Object.entries(catalogue).map(([value, { description }]) => ({ value, description }));
}

/** `key=` for each parameter of the flow that the line names. */
async function parameters(
  { given }: ParsedLine,
  context: CommandContext,
  command: Command,
): Promise<readonly Candidate[]> {
  const { findFlow } = await import('../../app/flow-files/project-flows.ts');
  const { describeParameters } = await import('../../app/parameter-types.ts');
  const { flowPlaces } = await import('../flow-places.ts');
  const { name, catalogue } = await findFlow(given[0] ?? '', await flowPlaces(context, command));
  const flow = await catalogue[name]!.load();
  return describeParameters(flow.parameters).map((parameter) => ({
    value: `${parameter.name}=`,
    description: parameter.description ?? parameter.type,
  }));
}

async function states(): Promise<readonly Candidate[]> {
  const { RUN_STATE_KINDS } = await import('../../core/run-state.ts');
  return RUN_STATE_KINDS.map((kind) => ({ value: kind.toLowerCase(), description: '' }));
}

async function runs(services: AppServices): Promise<readonly Candidate[]> {
  const { listRuns } = await import('../../app/runs.ts');
  const { agoText } = await import('../time-text.ts');
  const rows = await listRuns(services, { limit: MOST_RUNS });
  const now = services.clock.now();
  return rows.map(({ name, state, createdAt }) => ({
    value: name,
    description: `${state.kind}, ${agoText(createdAt, now)}`,
  }));
}

/** `<runs...>` are training runs in the commands about experiments. */
async function runsOrTrainingRuns(services: AppServices, line: ParsedLine): Promise<readonly Candidate[]> {
  return line.command.parent?.name() === 'experiments' ? trainingRuns(services) : runs(services);
}

async function trainingRuns(services: AppServices): Promise<readonly Candidate[]> {
  const { listTrainingRuns } = await import('../../registry/training-runs.ts');
  const { shortId } = await import('../../core/ids.ts');
  const listed = await listTrainingRuns(services.registry.db, { limit: MOST_RUNS });
  return listed.map(({ id, name, status }) => ({ value: shortId(id), description: `${name}, ${status}` }));
}

/** `signs`, `signs@champion`, `signs/3`. */
async function models(services: AppServices): Promise<readonly Candidate[]> {
  const { listModels } = await import('../../models/list-models.ts');
  const listed = await listModels(services.registry.db);
  return listed.flatMap(({ name, aliases, versions }) => [
    { value: name, description: `${versions.length} versions` },
    ...Object.entries(aliases).map(([alias, version]) => ({
      value: `${name}@${alias}`,
      description: `version ${version}`,
    })),
    ...versions.map(({ version }) => ({ value: `${name}/${version}`, description: '' })),
  ]);
}

async function modelNames(services: AppServices): Promise<readonly Candidate[]> {
  const { listRegisteredModels } = await import('../../registry/registered-models.ts');
  const listed = await listRegisteredModels(services.registry.db);
  return listed.map(({ name }) => ({ value: name, description: '' }));
}

/** Those of the model before them, else `champion`. */
async function aliases({ registry }: AppServices, { given }: ParsedLine): Promise<readonly Candidate[]> {
  const { listAliases } = await import('../../registry/model-aliases.ts');
  const listed = await listAliases(registry.db, given[0]?.replace(/[@/].*$/, ''));
  const known = listed.map(({ alias, version }) => ({ value: alias, description: `version ${version}` }));
  return known.length === 0 ? [{ value: 'champion', description: '' }] : known;
}

async function experimentsAndRuns(services: AppServices): Promise<readonly Candidate[]> {
  return [...(await experiments(services)), ...(await trainingRuns(services))];
}

async function experiments({ registry }: AppServices): Promise<readonly Candidate[]> {
  const { listExperiments } = await import('../../registry/experiments.ts');
  const listed = await listExperiments(registry.db);
  return listed.map(({ name }) => ({ value: name, description: '' }));
}

async function studies({ registry }: AppServices): Promise<readonly Candidate[]> {
  const { listStudies } = await import('../../registry/studies.ts');
  const listed = await listStudies(registry.db);
  return listed.map(({ name, state }) => ({ value: name, description: state }));
}

async function pools({ registry }: AppServices): Promise<readonly Candidate[]> {
  const { listWorkPools } = await import('../../registry/work-pools.ts');
  const listed = await listWorkPools(registry.db);
  return listed.map(({ name, waiting, running }) => ({
    value: name,
    description: `${waiting} waiting, ${running} running`,
  }));
}

async function datasets({ registry }: AppServices): Promise<readonly Candidate[]> {
  const { listDatasetVersions } = await import('../../registry/dataset-versions.ts');
  const { shortId } = await import('../../core/ids.ts');
  const listed = await listDatasetVersions(registry.db, {});
  const names = [...new Set(listed.map(({ name }) => name))].map((value) => ({ value, description: 'its newest' }));
  return [...names, ...listed.map(({ id, name }) => ({ value: shortId(id), description: name }))];
}
