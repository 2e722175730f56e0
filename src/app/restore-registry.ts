import { existsSync, realpathSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { ConflictError, DataError, EnvironmentError, UsageError } from '../core/errors.ts';
import { livenessOf } from '../engine/this-process.ts';
import { listOpenFlowRuns } from '../registry/flow-runs.ts';
import type { CopyProgress } from '../registry/maintenance/backup-registry.ts';
import { inspectRegistry } from '../registry/maintenance/inspect-registry.ts';
import { replaceRegistry } from '../registry/maintenance/replace-registry.ts';
import { openRegistry } from '../registry/open-registry.ts';

/** A registry that is to take the place of the project's. */
export type Restoring = { readonly path: string; readonly from: string; readonly clock: Clock };

/**
 * Looks whether a registry may take the place of the project's: it must be sound and not newer than this program, and no
 * process may be at work on the project's.
 * @returns how many flow runs it has.
 * @throws NotFoundError, DataError, EnvironmentError about the one that is to be restored; ConflictError about the project's.
 */
export async function checkRestorable({ path, from, clock }: Restoring): Promise<{ readonly flowRuns: number }> {
  if (existsSync(path) && existsSync(from) && realpathSync(path) === realpathSync(from)) {
    throw new UsageError(`${from} is the project's registry itself.`);
  }
  const health = inspectRegistry(from, 'full');
  if (health.isNewer) {
    throw new EnvironmentError(
      `${from} has schema version ${health.schemaVersion}, which this mlflow-ts does not know yet. Use the newer one that wrote it.`,
      { details: { path: from, found: health.schemaVersion } },
    );
  }
  if (!health.sound) {
    throw new DataError(
      `${from} cannot be restored: ${health.problems[0] ?? 'a table cannot be read'}. ` +
        'See `mlflow-ts registry check FILE`; `mlflow-ts registry salvage NEWFILE --from FILE` saves what can be read.',
      { details: { path: from, problems: [...health.problems] } },
    );
  }
  await assertIdle(path, clock);
  return { flowRuns: health.tables.find(({ name }) => name === 'flow_runs')?.rows ?? 0 };
}

/** Does it; the project's former registry is kept beside it. @returns where, or null when there was none. */
export async function restoreRegistry(restoring: Restoring, progress?: CopyProgress): Promise<string | null> {
  const { path, from, clock } = restoring;
  await assertIdle(path, clock);
  return replaceRegistry(path, from, { at: clock.now(), ...(progress === undefined ? {} : { progress }) });
}

/** A registry that cannot be read has nothing to say about who works on it. */
async function assertIdle(path: string, clock: Clock): Promise<void> {
  const registry = await openRegistry({ path, clock, readOnly: true }).catch(() => undefined);
  if (registry === undefined) return;
  const open = await listOpenFlowRuns(registry.db)
    .catch(() => [])
    .finally(() => registry.close());
  const alive = open.filter(({ owner }) => owner !== null && livenessOf(owner) !== 'dead');
  if (alive.length === 0) return;
  throw new ConflictError(
    `${alive.map(({ name }) => name).join(', ')} still runs on the registry ${path}. Wait for it, or end it: mlflow-ts runs cancel ${alive[0]!.name}`,
    { details: { path, flowRuns: alive.map(({ id }) => id) } },
  );
}
