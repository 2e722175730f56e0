import { mkdtemp } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import type { DatasetVersionId, TensorCacheId } from '../../src/core/ids.ts';
import { getOrCreateExperiment } from '../../src/registry/experiments.ts';
import { openRegistry, type Registry } from '../../src/registry/open-registry.ts';
import type { ProcessIdentity } from '../../src/registry/process-identity.ts';
import type { RegistryDb } from '../../src/registry/registry-db.ts';
import type { StudyRow } from '../../src/registry/studies.ts';
import { openStudy, type StudySpecification } from '../../src/training/search/open-study.ts';
import { optimize, type OptimizeOptions } from '../../src/training/search/optimize.ts';
import { parseSearchSpace } from '../../src/training/search/parse-search-space.ts';
import type { StudyOutcome } from '../../src/training/search/study-outcome.ts';

/** A registry in a folder of its own, which stays behind when a test fails. */
export async function temporaryRegistry(): Promise<Registry> {
  const folder = await mkdtemp(path.join(tmpdir(), 'registry-'));
  return openRegistry({ path: path.join(folder, 'registry.db'), clock: systemClock });
}

export const thisOwner: ProcessIdentity = { host: hostname(), bootId: 'test', pid: process.pid, processStart: '1' };
export const deadOwner: ProcessIdentity = { ...thisOwner, pid: 999_999, processStart: '0' };

/** A study of six points, x from 1 to 6, unless told otherwise. */
export async function aStudy(
  db: RegistryDb,
  changes: Partial<Omit<StudySpecification, 'space'>> & { readonly space?: unknown } = {},
): Promise<StudyRow> {
  const experiment = await getOrCreateExperiment(db, { name: 'signs', at: systemClock.now() });
  const { space = { x: { int: [1, 6] } }, ...rest } = changes;
  const { study } = await openStudy(db, systemClock, {
    name: 'signs-study',
    experimentId: experiment.id,
    flowRunId: null,
    datasetVersionId: 'dataset' as DatasetVersionId,
    tensorCacheId: 'cache' as TensorCacheId,
    sampler: 'grid',
    seed: 7,
    objectives: [{ metric: 'validationAccuracy', direction: 'maximize' }],
    settings: { epochs: 3 },
    ...rest,
    space: parseSearchSpace(space),
  });
  return study;
}

/** Optimises with the value of a trial being its x, unless told otherwise. */
export function optimizeX(
  db: RegistryDb,
  study: StudyRow,
  changes: Partial<OptimizeOptions> = {},
): Promise<StudyOutcome> {
  return optimize({
    db,
    clock: systemClock,
    study,
    workers: 1,
    owner: thisOwner,
    isAlive: (owner) => owner.pid === process.pid,
    runTrial: (trial) => Promise.resolve({ value: Number(trial.params.x) }),
    ...changes,
  });
}
