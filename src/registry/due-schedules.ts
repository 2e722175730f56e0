import type { DeploymentId, ScheduleId } from '../core/ids.ts';
import { toDeployment, type DeploymentRow } from './deployments.ts';
import type { RegistryDb } from './registry-db.ts';
import { toSchedule, type ScheduleRow } from './schedules.ts';

/** A schedule that is due, with its deployment. */
export type DueSchedule = {
  readonly schedule: ScheduleRow & { readonly nextRunAt: number };
  readonly deployment: DeploymentRow;
};

/** Schedules that are due and not paused, nor their deployments; the one that is due first comes first. */
export async function listDueSchedules(
  db: RegistryDb,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<DueSchedule[]> {
  const schedules = await db
    .selectFrom('schedules')
    .innerJoin('deployments', 'deployments.id', 'schedules.deployment_id')
    .selectAll('schedules')
    .where('schedules.next_run_at', '<=', now)
    .where('schedules.paused_at', 'is', null)
    .where('deployments.paused_at', 'is', null)
    .orderBy('schedules.next_run_at')
    .orderBy('schedules.id')
    .limit(limit)
    .execute();
  if (schedules.length === 0) return [];
  const ids = [...new Set(schedules.map(({ deployment_id: id }) => id))];
  const rows = await db.selectFrom('deployments').selectAll().where('id', 'in', ids).execute();
  const deployments = new Map(rows.map((row) => [row.id, toDeployment(row)]));
  return schedules.flatMap((row) => {
    const deployment = deployments.get(row.deployment_id);
    const schedule = toSchedule(row);
    const { nextRunAt } = schedule;
    return deployment === undefined || nextRunAt === null ? [] : [{ schedule: { ...schedule, nextRunAt }, deployment }];
  });
}

/**
 * Moves a schedule on from a time that runs were made for.
 * @returns false when another scheduler was faster: then nothing is written, and nothing may be made for that time.
 */
export async function advanceSchedule(
  db: RegistryDb,
  move: { readonly id: ScheduleId; readonly from: number; readonly to: number | null },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('schedules')
    .set({ next_run_at: move.to })
    .where('id', '=', move.id)
    .where('next_run_at', '=', move.from)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Moves all schedules of a deployment that goes on again past the times of its pause. */
export async function restartSchedules(
  db: RegistryDb,
  deploymentId: DeploymentId,
  nextRunAt: ReadonlyMap<ScheduleId, number | null>,
): Promise<void> {
  for (const [id, next] of nextRunAt) {
    await db
      .updateTable('schedules')
      .set({ next_run_at: next })
      .where('id', '=', id)
      .where('deployment_id', '=', deploymentId)
      .execute();
  }
}
