import { stat, readdir } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { NotFoundError, UsageError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { currentRunFor } from '../../engine/run-scope.ts';
import type { AppServices } from '../services.ts';
import { TrackedRun } from './tracked-run.ts';

/** When a metric was measured. */
export type MetricOptions = {
  /** Epoch, batch or any other whole number; the same key and step again replaces the value. Default 0. */
  readonly step?: number;
};

/**
 * Logs what the run was given, as any JSON value. The training run that it belongs to is opened with the first such call.
 * @throws UsageError outside of a flow run; ConflictError when this attempt has given the key another value.
 */
export function logParam(key: string, value: Json): void {
  trackedRun('logParam').logParams({ [key]: value });
}

/** Logs several params, as `logParam` does. */
export function logParams(params: Readonly<Record<string, Json>>): void {
  trackedRun('logParams').logParams(params);
}

/**
 * Logs a number that was measured. Ten thousand calls cost what a few writes cost.
 * @throws TrainingError for NaN and the infinities; UsageError outside of a flow run.
 */
export function logMetric(key: string, value: number, options: MetricOptions = {}): void {
  trackedRun('logMetric').logMetrics({ [key]: value }, options.step ?? 0);
}

/** Logs several numbers of one step, as `logMetric` does. */
export function logMetrics(metrics: Readonly<Record<string, number>>, options: MetricOptions = {}): void {
  trackedRun('logMetrics').logMetrics(metrics, options.step ?? 0);
}

/** Sets tags of the training run; a key set again gets the new value. */
export function setTags(tags: Readonly<Record<string, string | number | boolean>>): void {
  trackedRun('setTags').setTags(tags);
}

/**
 * Keeps a copy of a file, or of every file of a folder, with the training run and shows it among the artifacts of the flow
 * run. The same name again is a newer version of it.
 * @param path From the current folder, or absolute.
 * @param name What it is called there; default: the file's or folder's own name. A folder's files are `name/…`.
 * @throws NotFoundError when nothing is there; UsageError outside of a flow run; EnvironmentError when the disk refuses.
 */
export async function logArtifact(path: string, name?: string): Promise<void> {
  const tracked = trackedRun('logArtifact');
  const scope = currentRunFor('logArtifact');
  const { cwd = '.' } = (scope.runtime.services ?? {}) as Partial<AppServices>;
  const source = resolve(cwd, path);
  const files = await filesAt(source, checkName(name ?? basename(source)));
  const artifacts = scope.artifactsOf(await tracked.open());
  for (const { key, file } of files) await artifacts.file(key, file);
}

/** The training run of the flow run that the calling code belongs to. */
export function trackedRun(call: string): TrackedRun {
  return currentRunFor(call).companion('tracking', (flowRun) => new TrackedRun(flowRun));
}

async function filesAt(path: string, name: string): Promise<{ readonly key: string; readonly file: string }[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new NotFoundError(`logArtifact: there is no file or folder ${path}.`, { cause });
  });
  if (!found.isDirectory()) return [{ key: name, file: path }];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.toSorted().map((file) => ({ key: `${name}/${relative(path, file).split(sep).join('/')}`, file }));
}

function checkName(name: string): string {
  if (name !== '' && !name.split('/').some((part) => ['', '.', '..'].includes(part))) return name;
  throw new UsageError(`"${name}" cannot name an artifact: write a name, or a path without . and .. parts.`);
}
