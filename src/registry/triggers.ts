import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Trigger } from '../core/deployment.ts';
import type { DeploymentId, TriggerId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { TriggersTable } from './deployment-tables.ts';
import { jsonObjectSchema, jsonSchema, parseJsonColumn, parseNullableJsonColumn } from './json-columns.ts';
import type { RegistryDb } from './registry-db.ts';

export type TriggerRow = {
  readonly id: TriggerId;
  readonly deploymentId: DeploymentId;
  readonly name: string;
  readonly trigger: Trigger;
  readonly pausedAt: number | null;
  /** What it has fired for already. */
  readonly consumed: Json;
  readonly lastFiredAt: number | null;
  readonly createdAt: number;
};

const common = { cooldownMs: z.number(), parameters: jsonObjectSchema };
const triggerSchema: z.ZodType<Trigger> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('new-data'), source: z.string(), atLeast: z.number(), ...common }),
  z.object({
    kind: z.literal('metric'),
    experiment: z.string(),
    metric: z.string(),
    direction: z.enum(['below', 'above']),
    threshold: z.number(),
    points: z.number(),
    ...common,
  }),
  z.object({ kind: z.literal('flow-completed'), flow: z.string(), ...common }),
  z.object({ kind: z.literal('flow-failed'), flow: z.string(), ...common }),
]);

/** Triggers by deployment and name, of one deployment or of all. */
export async function listTriggers(db: RegistryDb, deploymentId?: DeploymentId): Promise<TriggerRow[]> {
  const rows = await db
    .selectFrom('triggers')
    .selectAll()
    .$if(deploymentId !== undefined, (query) => query.where('deployment_id', '=', deploymentId!))
    .orderBy('deployment_id')
    .orderBy('name')
    .execute();
  return rows.map(toTrigger);
}

/** Makes the trigger, or changes the one of this id; what it has consumed, and when it fired, stay as they are. */
export async function saveTrigger(db: RegistryDb, row: Omit<TriggerRow, 'consumed' | 'lastFiredAt'>): Promise<void> {
  const values = { name: row.name, trigger_json: JSON.stringify(row.trigger), paused_at: row.pausedAt };
  await db
    .insertInto('triggers')
    .values({ id: row.id, deployment_id: row.deploymentId, created_at: row.createdAt, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

/** Runs that it made stay. */
export async function deleteTrigger(db: RegistryDb, id: TriggerId): Promise<void> {
  await db.deleteFrom('triggers').where('id', '=', id).execute();
}

function toTrigger(row: Selectable<TriggersTable>): TriggerRow {
  return {
    id: row.id as TriggerId,
    deploymentId: row.deployment_id as DeploymentId,
    name: row.name,
    trigger: parseJsonColumn(triggerSchema, row.trigger_json, 'triggers.trigger_json', row.id),
    pausedAt: row.paused_at,
    consumed: parseNullableJsonColumn(jsonSchema, row.consumed_json, 'triggers.consumed_json', row.id),
    lastFiredAt: row.last_fired_at,
    createdAt: row.created_at,
  };
}
