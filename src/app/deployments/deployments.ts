import { ConflictError } from '../../core/errors.ts';
import type { DeploymentId, ScheduleId } from '../../core/ids.ts';
import {
  deleteDeployment,
  findDeployment,
  listDeployments,
  pauseDeployment,
  type DeploymentRow,
} from '../../registry/deployments.ts';
import { restartSchedules } from '../../registry/due-schedules.ts';
import { withTransaction, type RegistryDb } from '../../registry/registry-db.ts';
import { listSchedules, type ScheduleRow } from '../../registry/schedules.ts';
import { nextTimes, openSchedule } from '../../scheduling/schedules/open-schedule.ts';
import type { AppServices } from '../services.ts';

/** A deployment with its schedules. */
export type DeploymentDetails = {
  readonly deployment: DeploymentRow;
  readonly schedules: readonly ScheduleRow[];
  /** When a schedule is due next, milliseconds UTC; null: at no time. */
  readonly nextRunAt: number | null;
};

/** All deployments by name. */
export async function deploymentsWithDetails({ registry }: AppServices): Promise<DeploymentDetails[]> {
  const { db } = registry;
  const [rows, schedules] = [await listDeployments(db), await listSchedules(db)];
  return rows.map((deployment) => {
    const own = schedules.filter(({ deploymentId }) => deploymentId === deployment.id);
    const due = deployment.pausedAt === null ? own.flatMap(({ nextRunAt }) => nextRunAt ?? []) : [];
    return {
      deployment,
      schedules: own,
      nextRunAt: due.length === 0 ? null : Math.min(...due),
    };
  });
}

/**
 * One deployment.
 * @throws NotFoundError with the one that was probably meant.
 */
export async function deploymentDetails(services: AppServices, name: string): Promise<DeploymentDetails> {
  const { id } = await findDeployment(services.registry.db, name);
  return (await deploymentsWithDetails(services)).find(({ deployment }) => deployment.id === id)!;
}

/**
 * Pauses a deployment: schedules make no more runs of it. Or lets it go on; what was due meanwhile is not made up for.
 * @throws NotFoundError; ConflictError when it is so already.
 */
export async function setPaused(
  { registry, clock }: AppServices,
  name: string,
  paused: boolean,
): Promise<DeploymentRow> {
  const found = await findDeployment(registry.db, name);
  if ((found.pausedAt !== null) === paused) {
    throw new ConflictError(`Deployment "${name}" is ${paused ? 'paused already' : 'not paused'}.`);
  }
  const now = clock.now();
  const pausedAt = paused ? now : null;
  const nextRuns = paused ? new Map<ScheduleId, number | null>() : await nextRunsAfter(registry.db, found.id, now);
  await withTransaction(registry.db, async (transaction) => {
    await pauseDeployment(transaction, found.id, pausedAt);
    await restartSchedules(transaction, found.id, nextRuns);
  });
  return { ...found, pausedAt };
}

async function nextRunsAfter(db: RegistryDb, id: DeploymentId, now: number): Promise<Map<ScheduleId, number | null>> {
  const active = (await listSchedules(db, id)).filter(({ pausedAt }) => pausedAt === null);
  const next = active.map(async (row) => [row.id, (await openSchedule(row.schedule)).after(now) ?? null] as const);
  return new Map(await Promise.all(next));
}

/**
 * Deletes a deployment; its runs stay.
 * @throws NotFoundError.
 */
export async function removeDeployment({ registry }: AppServices, name: string): Promise<DeploymentRow> {
  const found = await findDeployment(registry.db, name);
  await deleteDeployment(registry.db, found.id);
  return found;
}

/** A time at which a schedule is due. */
export type DueTime = {
  /** Milliseconds UTC. */
  readonly time: number;
  readonly timeZone: string;
  readonly deployment: string;
  readonly schedule: string;
};

/** The next times of all schedules that are not paused, in order; at most `count`. */
export async function upcomingTimes(services: AppServices, count: number): Promise<DueTime[]> {
  const now = services.clock.now();
  const times: DueTime[] = [];
  for (const { deployment, schedules } of await deploymentsWithDetails(services)) {
    if (deployment.pausedAt !== null) continue;
    for (const { name, schedule, nextRunAt } of schedules) {
      if (nextRunAt === null) continue;
      const calculator = await openSchedule(schedule);
      const due = [nextRunAt, ...nextTimes(calculator, Math.max(nextRunAt, now), count - 1)];
      const { timeZone } = schedule;
      times.push(...due.map((time) => ({ time, timeZone, deployment: deployment.name, schedule: name })));
    }
  }
  return times.sort((left, right) => left.time - right.time).slice(0, count);
}
