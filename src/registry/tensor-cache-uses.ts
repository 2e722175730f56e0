import type { TensorCacheId } from '../core/ids.ts';
import type { RegistryDb } from './registry-db.ts';

/** What the registry knows of a tensor cache's use. */
export type TensorCacheUse = {
  /** When a training or study on it last began, milliseconds UTC. */
  readonly lastUsedAt: number;
  /** A model version that is not deleted and was trained on it: `signs/3`. */
  readonly model: string | null;
};

/** The tensor caches that trainings or studies used. */
export async function listTensorCacheUses(db: RegistryDb): Promise<ReadonlyMap<TensorCacheId, TensorCacheUse>> {
  const uses = new Map<TensorCacheId, TensorCacheUse>();
  const used = await db
    .selectFrom('training_runs')
    .select((row) => ['tensor_cache_id', row.fn.max('started_at').as('at')])
    .where('tensor_cache_id', 'is not', null)
    .groupBy('tensor_cache_id')
    .unionAll(
      db
        .selectFrom('studies')
        .select((row) => ['tensor_cache_id', row.fn.max('created_at').as('at')])
        .groupBy('tensor_cache_id'),
    )
    .execute();
  for (const { tensor_cache_id: id, at } of used) {
    const known = uses.get(id as TensorCacheId);
    uses.set(id as TensorCacheId, { lastUsedAt: Math.max(at, known?.lastUsedAt ?? 0), model: null });
  }
  const models = await db
    .selectFrom('model_versions')
    .innerJoin('training_runs', 'training_runs.id', 'model_versions.training_run_id')
    .select(['training_runs.tensor_cache_id as id', 'model_versions.model_name as name', 'model_versions.version'])
    .where('model_versions.deleted_at', 'is', null)
    .where('training_runs.tensor_cache_id', 'is not', null)
    .execute();
  for (const { id, name, version } of models) {
    const lastUsedAt = uses.get(id as TensorCacheId)?.lastUsedAt ?? 0;
    uses.set(id as TensorCacheId, { lastUsedAt, model: `${name}/${version}` });
  }
  return uses;
}
