import type { Selectable } from 'kysely';
import { z } from 'zod';
import { didYouMean } from '../core/closest-name.ts';
import { OVERLAPS, type DeploymentSpec } from '../core/deployment.ts';
import { NotFoundError } from '../core/errors.ts';
import type { DeploymentId } from '../core/ids.ts';
import { CATCH_UPS } from '../core/schedule.ts';
import type { DeploymentsTable } from './deployment-tables.ts';
import { jsonObjectSchema, parseJsonColumn } from './json-columns.ts';
import type { RegistryDb } from './registry-db.ts';

export type DeploymentRow = {
  readonly id: DeploymentId;
  readonly name: string;
  readonly flowName: string;
  /** The file that its flow is in, as with a flow run; null for a built-in one. */
  readonly entrypoint: string | null;
  readonly spec: DeploymentSpec;
  /** The file that declares it; null: none. */
  readonly declaredIn: string | null;
  readonly pool: string;
  readonly pausedAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
};

const specSchema: z.ZodType<DeploymentSpec> = z.object({
  parameters: jsonObjectSchema,
  priority: z.number(),
  concurrency: z.number().exactOptional(),
  limits: z.array(z.string()),
  overlap: z.enum(OVERLAPS),
  catchUp: z.enum(CATCH_UPS),
  maxLatenessMs: z.number(),
  crashRetries: z.number(),
  tags: z.array(z.string()),
});

/** Deployments by name. */
export async function listDeployments(db: RegistryDb): Promise<DeploymentRow[]> {
  const rows = await db.selectFrom('deployments').selectAll().orderBy('name').execute();
  return rows.map(toDeployment);
}

/**
 * The deployment of this name.
 * @throws NotFoundError with the one that was probably meant.
 */
export async function findDeployment(db: RegistryDb, name: string): Promise<DeploymentRow> {
  const row = await db.selectFrom('deployments').selectAll().where('name', '=', name).executeTakeFirst();
  if (row !== undefined) return toDeployment(row);
  const known = (await db.selectFrom('deployments').select('name').orderBy('name').execute()).map(
    (found) => found.name,
  );
  const hint = known.length === 0 ? 'None is deployed yet: mlflow-ts deploy --all' : didYouMean(name, known);
  throw new NotFoundError(`There is no deployment "${name}". ${hint}`);
}

/** Makes the deployment, or changes the one of this id; whether it is paused stays as it is. */
export async function saveDeployment(db: RegistryDb, row: Omit<DeploymentRow, 'pausedAt'>): Promise<void> {
  const values = {
    name: row.name,
    flow_name: row.flowName,
    entrypoint: row.entrypoint,
    spec_json: JSON.stringify(row.spec),
    declared_in: row.declaredIn,
    pool: row.pool,
    updated_at: row.updatedAt,
  };
  await db
    .insertInto('deployments')
    .values({ id: row.id, created_at: row.createdAt, paused_at: null, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

/** Pauses it, or with null lets it go on. */
export async function pauseDeployment(db: RegistryDb, id: DeploymentId, pausedAt: number | null): Promise<void> {
  await db.updateTable('deployments').set({ paused_at: pausedAt }).where('id', '=', id).execute();
}

/** With its schedules; its runs stay. */
export async function deleteDeployment(db: RegistryDb, id: DeploymentId): Promise<void> {
  await db.deleteFrom('deployments').where('id', '=', id).execute();
}

/** The row as the rest of the program knows it. */
export function toDeployment(row: Selectable<DeploymentsTable>): DeploymentRow {
  return {
    id: row.id as DeploymentId,
    name: row.name,
    flowName: row.flow_name,
    entrypoint: row.entrypoint,
    spec: parseJsonColumn(specSchema, row.spec_json, 'deployments.spec_json', row.id),
    declaredIn: row.declared_in,
    pool: row.pool,
    pausedAt: row.paused_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
