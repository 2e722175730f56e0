import { accessSync, constants, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { basename, dirname } from 'node:path';
import { attempt } from '../core/attempt.ts';
import type { Clock } from '../core/clock.ts';
import { inspectRegistry, type RegistryHealth } from '../registry/maintenance/inspect-registry.ts';
import { openRegistry, OutdatedRegistryError } from '../registry/open-registry.ts';
import { registryFile } from '../registry/registry-file.ts';
import type { Engines } from '../training/engines/choose-engine.ts';
import type { Check } from './check.ts';
import { checkEngines } from './check-engines.ts';
import { readProjectFile } from './project-file.ts';
import type { Project } from './project.ts';

export type DoctorOptions = {
  readonly project: Project;
  readonly version: string;
  readonly nodeVersion: string;
  readonly clock: Clock;
  /** Default: those that are installed. */
  readonly engines?: Engines;
};

/** Looks at everything mlflow-ts needs of the machine; changes nothing. */
export async function examine(options: DoctorOptions): Promise<Check[]> {
  const { project, version, nodeVersion, clock, engines } = options;
  return [
    { name: 'mlflow-ts', status: 'ok', found: version },
    checkNode(nodeVersion),
    checkMachine(),
    { name: 'project', status: 'ok', found: `${project.root} (found by: ${project.foundBy})` },
    ...(project.configFile === undefined ? [] : [checkProjectFile(project.configFile)]),
    checkWritable('state folder', project.home),
    checkWritable('data folder', project.dataDir),
    checkWritable('models folder', project.modelsDir),
    await checkRegistry(project.registryPath, clock),
    await checkDisk(project.home),
    await checkModule('sharp', 'images can neither be decoded nor drawn'),
    ...(await checkEngines(project, engines)),
  ];
}

function checkNode(nodeVersion: string): Check {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/, '').split('.').map(Number);
  const isSupported = major > LEAST_NODE.major || (major === LEAST_NODE.major && minor >= LEAST_NODE.minor);
  const least = `${LEAST_NODE.major}.${LEAST_NODE.minor}`;
  return isSupported
    ? { name: 'node', status: 'ok', found: nodeVersion }
    : { name: 'node', status: 'broken', found: nodeVersion, remedy: `Install Node ${least} or newer.` };
}

function checkMachine(): Check {
  const memory = `${(totalmem() / GIBIBYTE).toFixed(1)} GiB memory`;
  return {
    name: 'machine',
    status: 'ok',
    found: `${process.platform} ${process.arch}, ${availableParallelism()} cores, ${memory}`,
  };
}

function checkProjectFile(path: string): Check {
  const name = basename(path);
  try {
    const { flows } = readProjectFile(path, []);
    return { name, status: 'ok', found: `${path} (flows: ${Object.keys(flows).join(', ') || 'none'})` };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { name, status: 'broken', found, remedy: 'Correct it: no flow can be found by its name.' };
  }
}

/** A folder that is not there yet is fine when its nearest existing parent can be written to. */
function checkWritable(name: string, folder: string): Check {
  const existing = nearestExisting(folder);
  const remedy = 'Make it a folder that you may write to, or name another state folder with --home or MLFLOW_TS_HOME.';
  try {
    if (!statSync(existing).isDirectory())
      return { name, status: 'broken', found: `${existing} is not a folder`, remedy };
    accessSync(existing, constants.W_OK | constants.X_OK);
    return { name, status: 'ok', found: existing === folder ? folder : `${folder} (made when needed)` };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return { name, status: 'broken', found: `${existing} cannot be written to (${code})`, remedy };
  }
}

async function checkRegistry(path: string, clock: Clock): Promise<Check> {
  const name = 'registry';
  try {
    const file = registryFile(path);
    const registry = await openRegistry({ path, clock, readOnly: true });
    const { schemaVersion } = registry;
    await registry.close();
    if (file === undefined) return { name, status: 'ok', found: `${path} (made by the first run)` };
    const found = `${path} (schema ${schemaVersion})`;
    if (file.size > CHECKED_UP_TO)
      return { name, status: 'ok', found, remedy: 'It is large: `mlflow-ts registry check` reads through it.' };
    const health = inspectRegistry(path, 'quick');
    return health.sound ? { name, status: 'ok', found } : damaged(health);
  } catch (error) {
    if (error instanceof OutdatedRegistryError) {
      return { name, status: 'ok', found: `${path} (schema ${error.found}; the next command brings it up to date)` };
    }
    const health = attempt(() => inspectRegistry(path, 'quick'));
    if (health !== undefined && !health.sound && health.schemaVersion !== null) return damaged(health);
    const found = error instanceof Error ? error.message : String(error);
    return { name, status: 'broken', found, ...remedyFor(health) };
  }
}

/** Reading through more takes longer than somebody waits who asks what is wrong. */
const CHECKED_UP_TO = 256 * 2 ** 20;

function damaged({ path, problems, tables }: RegistryHealth): Check {
  const whole = tables.filter(({ readable }) => readable);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const partly = tables.filter(({ readable }) => !readable).map((table) => table.name);
  const readable = `${whole.length} of ${tables.length} tables can be read, ${rows.toLocaleString('en-US')} rows`;
  const rest = partly.length === 0 ? '' : `; damaged: ${partly.join(', ')}`;
  return {
    name: 'registry',
    status: 'broken',
    found: `${path} is damaged (${problems[0] ?? 'rows cannot be read'}). ${readable}${rest}`,
    remedy:
      'Restore a backup: mlflow-ts registry restore FILE\nor save what can be read: mlflow-ts registry salvage NEWFILE',
  };
}

/** The error itself says what to do about a registry that is newer, or that the machine keeps from us. */
function remedyFor(health: RegistryHealth | undefined): Pick<Check, 'remedy'> {
  if (health?.isNewer === true || health === undefined) return {};
  return {
    remedy: 'Restore a backup: mlflow-ts registry restore FILE\nor move it away: the next run makes a new one.',
  };
}

async function checkDisk(folder: string): Promise<Check> {
  const existing = nearestExisting(folder);
  const found = await statfs(existing).catch(() => undefined);
  if (found === undefined) return { name: 'disk space', status: 'warning', found: `cannot be told for ${existing}` };
  const { bavail, bsize } = found;
  const free = (bavail * bsize) / GIBIBYTE;
  const told = `${free.toFixed(1)} GiB free at ${existing}`;
  if (free >= LEAST_FREE_GIBIBYTES) return { name: 'disk space', status: 'ok', found: told };
  const remedy = 'Free some space: datasets and tensor caches need a few gigabytes.';
  return { name: 'disk space', status: free < BROKEN_BELOW_GIBIBYTES ? 'broken' : 'warning', found: told, remedy };
}

async function checkModule(name: string, without: string): Promise<Check> {
  try {
    await import(name);
    return { name, status: 'ok', found: 'loads' };
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { name, status: 'broken', found: `does not load (${reason}): ${without}`, remedy: `npm install ${name}` };
  }
}

function nearestExisting(path: string): string {
  let existing = path;
  while (!isThere(existing) && dirname(existing) !== existing) {
    existing = dirname(existing);
  }
  return existing;
}

/** What may not be looked at counts as not there: then its folder is what has to be mended. */
function isThere(path: string): boolean {
  return attempt(() => statSync(path, { throwIfNoEntry: false })) !== undefined;
}

const LEAST_NODE = { major: 20, minor: 19 };
const GIBIBYTE = 2 ** 30;
const LEAST_FREE_GIBIBYTES = 2;
const BROKEN_BELOW_GIBIBYTES = 0.05;
