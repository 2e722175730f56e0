import type { RegistryDb } from './registry-db.ts';

export type ConcurrencyLimit = { readonly name: string; readonly slots: number };

/** All named limits, by name. */
export async function listConcurrencyLimits(db: RegistryDb): Promise<ConcurrencyLimit[]> {
  return db.selectFrom('concurrency_limits').select(['name', 'slots']).orderBy('name').execute();
}

/** Makes a named limit, or changes how many slots it has; runs that hold one already keep it. */
export async function setConcurrencyLimit(
  db: RegistryDb,
  limit: ConcurrencyLimit & { readonly at: number },
): Promise<void> {
  await db
    .insertInto('concurrency_limits')
    .values({ name: limit.name, slots: limit.slots, created_at: limit.at })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ slots: limit.slots }))
    .execute();
}
