import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { DeploymentId, ScheduleId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { Schedule } from '../core/schedule.ts';
import type { SchedulesTable } from './deployment-tables.ts';
import { jsonObjectSchema, parseJsonColumn } from './json-columns.ts';
import type { RegistryDb } from './registry-db.ts';

export type ScheduleRow = {
  readonly id: ScheduleId;
  readonly deploymentId: DeploymentId;
  readonly name: string;
  readonly schedule: Schedule;
  /** Over those of the deployment. */
  readonly parameters: JsonObject;
  readonly pausedAt: number | null;
  /** The first time that no run was made for; null: never again. */
  readonly nextRunAt: number | null;
  readonly createdAt: number;
};

const scheduleSchema: z.ZodType<Schedule> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cron'), expression: z.string(), timeZone: z.string(), dayOr: z.boolean() }),
  z.object({ kind: z.literal('interval'), everyMs: z.number(), anchor: z.number(), timeZone: z.string() }),
  z.object({ kind: z.literal('rrule'), rule: z.string(), start: z.number(), timeZone: z.string() }),
  z.object({ kind: z.literal('once'), at: z.number(), timeZone: z.string() }),
]);

/** Schedules by deployment and name, of one deployment or of all. */
export async function listSchedules(db: RegistryDb, deploymentId?: DeploymentId): Promise<ScheduleRow[]> {
  const rows = await db
    .selectFrom('schedules')
    .selectAll()
    .$if(deploymentId !== undefined, (query) => query.where('deployment_id', '=', deploymentId!))
    .orderBy('deployment_id')
    .orderBy('name')
    .execute();
  return rows.map(toSchedule);
}

/** Makes the schedule, or changes the one of this id. */
export async function saveSchedule(db: RegistryDb, row: ScheduleRow): Promise<void> {
  const values = {
    name: row.name,
    schedule_json: JSON.stringify(row.schedule),
    parameters_json: JSON.stringify(row.parameters),
    paused_at: row.pausedAt,
    next_run_at: row.nextRunAt,
  };
  await db
    .insertInto('schedules')
    .values({ id: row.id, deployment_id: row.deploymentId, created_at: row.createdAt, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

/** Runs that were made for it stay. */
export async function deleteSchedule(db: RegistryDb, id: ScheduleId): Promise<void> {
  await db.deleteFrom('schedules').where('id', '=', id).execute();
}

/** The row as the rest of the program knows it. */
export function toSchedule(row: Selectable<SchedulesTable>): ScheduleRow {
  return {
    id: row.id as ScheduleId,
    deploymentId: row.deployment_id as DeploymentId,
    name: row.name,
    schedule: parseJsonColumn(scheduleSchema, row.schedule_json, 'schedules.schedule_json', row.id),
    parameters: parseJsonColumn(jsonObjectSchema, row.parameters_json, 'schedules.parameters_json', row.id),
    pausedAt: row.paused_at,
    nextRunAt: row.next_run_at,
    createdAt: row.created_at,
  };
}
