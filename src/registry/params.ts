import type { TrainingRunId } from '../core/ids.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { jsonSchema, parseJsonColumn } from './json-columns.ts';
import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';

/** Records what a training run was given; a key logged again gets the new value. */
export async function logParams(db: RegistryDb, trainingRunId: TrainingRunId, params: JsonObject): Promise<void> {
  await withTransaction(db, async (transaction) => {
    for (const [key, value] of Object.entries(params)) {
      await transaction
        .insertInto('params')
        .values({ training_run_id: trainingRunId, key, value_json: JSON.stringify(value) })
        .onConflict((conflict) =>
          conflict
            .columns(['training_run_id', 'key'])
            .doUpdateSet((row) => ({ value_json: row.ref('excluded.value_json') })),
        )
        .execute();
    }
  });
}

/** What a training run was given, by key in alphabetical order. */
export async function listParams(db: RegistryDb, trainingRunId: TrainingRunId): Promise<Record<string, Json>> {
  const rows = await db
    .selectFrom('params')
    .select(['key', 'value_json'])
    .where('training_run_id', '=', trainingRunId)
    .orderBy('key')
    .execute();
  return Object.fromEntries(
    rows.map((row) => [row.key, parseJsonColumn(jsonSchema, row.value_json, `params ${row.key}`, trainingRunId)]),
  );
}
