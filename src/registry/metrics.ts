import { TrainingError } from '../core/errors.ts';
import type { TrainingRunId } from '../core/ids.ts';
import { writeFenced } from './fenced-write.ts';
import { precompiled } from './precompiled.ts';
import type { RegistryDb } from './registry-db.ts';

/** A number measured during or after training. `step` is the epoch for what is measured once an epoch, else 0. */
export type Metric = { readonly key: string; readonly step: number; readonly value: number; readonly at: number };

/**
 * Records metrics in one transaction; the same key and step again gets the new value.
 * @throws TrainingError when a value is not finite.
 */
export async function logMetrics(
  db: RegistryDb,
  trainingRunId: TrainingRunId,
  metrics: readonly Metric[],
): Promise<void> {
  metrics.forEach(requireFinite);
  const upserts = metrics.map((metric) => upsertMetric(db, { ...metric, trainingRunId }));
  await writeFenced(db, upserts);
}

/** @throws TrainingError when the value is not finite. */
export function requireFinite({ key, step, value }: Pick<Metric, 'key' | 'step' | 'value'>): void {
  if (Number.isFinite(value)) return;
  throw new TrainingError(
    `Metric ${key} at step ${step} is ${value}; a metric must be a finite number. A smaller learning rate often helps.`,
    { details: { key, step } },
  );
}

/** All metrics of a training run, or those of one key, by key and step. */
export async function listMetrics(db: RegistryDb, trainingRunId: TrainingRunId, key?: string): Promise<Metric[]> {
  return db
    .selectFrom('metrics')
    .select(['key', 'step', 'value', 'at'])
    .where('training_run_id', '=', trainingRunId)
    .$if(key !== undefined, (query) => query.where('key', '=', key!))
    .orderBy('key')
    .orderBy('step')
    .execute();
}

/** The value of each metric at its last step; the values of before are not read. */
export async function latestMetrics(db: RegistryDb, trainingRunId: TrainingRunId): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('metrics')
    .innerJoin(
      (from) =>
        from
          .selectFrom('metrics')
          .select((row) => ['key', row.fn.max('step').as('step')])
          .where('training_run_id', '=', trainingRunId)
          .groupBy('key')
          .as('latest'),
      (join) => join.onRef('latest.key', '=', 'metrics.key').onRef('latest.step', '=', 'metrics.step'),
    )
    .select(['metrics.key', 'metrics.value'])
    .where('metrics.training_run_id', '=', trainingRunId)
    .orderBy('metrics.key')
    .execute();
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

/** A metric of a training run. */
export const upsertMetric = precompiled((db, metric: Metric & { readonly trainingRunId: TrainingRunId }) =>
  db
    .insertInto('metrics')
    .values({
      training_run_id: metric.trainingRunId,
      key: metric.key,
      step: metric.step,
      value: metric.value,
      at: metric.at,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['training_run_id', 'key', 'step'])
        .doUpdateSet((row) => ({ value: row.ref('excluded.value'), at: row.ref('excluded.at') })),
    ),
);
