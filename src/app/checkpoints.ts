import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CrashedError, EnvironmentError } from '../core/errors.ts';
import { hashJson } from '../core/json.ts';
import { toJson } from '../core/to-json.ts';
import type { AppServices } from './services.ts';
import type { TrainingJob } from './training-job-schema.ts';

/** Where trainings keep how far they have come; what is there belongs to a training that runs, or that was stopped. */
export function checkpointsDirOf({ project }: Pick<AppServices, 'project'>): string {
  return join(project.home, 'checkpoints');
}

/**
 * The checkpoint file of a training, named after everything that decides it – settings, data, engine asked for, threads,
 * code – so that whoever does the same training again finds it, in whatever run, and nobody else does.
 */
export function checkpointPath(services: AppServices, job: TrainingJob, tensorCacheId: string): string {
  const deciding = Object.fromEntries(Object.entries(job).filter(([name]) => !PLACES.has(name)));
  const key = hashJson(toJson({ job: deciding, tensorCacheId, codeVersion: services.codeVersion }));
  return join(checkpointsDirOf(services), `${key}.safetensors`);
}

/** Members of a job that say where things are and what is done afterwards, not how the training goes. */
const PLACES: ReadonlySet<string> = new Set<keyof TrainingJob>([
  'cachePath',
  'saveTo',
  'evaluateOn',
  'checkpoint',
  'checkedBlocks',
]);

/** The checkpoint has served when the training is done, or failed by itself: doing that again would only fail again. */
export async function dropCheckpoint(path: string, end: { readonly error?: unknown; readonly aborted: boolean }) {
  const { error, aborted } = end;
  const resumable = aborted || error instanceof CrashedError || error instanceof EnvironmentError;
  if (!resumable) await rm(path, { force: true });
}
