import type { TrainingRunId } from '../core/ids.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { jsonSchema, parseJsonColumn } from './json-columns.ts';
import { writeFenced } from './fenced-write.ts';
import { precompiled } from './precompiled.ts';
import type { RegistryDb } from './registry-db.ts';

/** Records what a training run was given; a key logged again gets the new value. */
export async function logParams(db: RegistryDb, trainingRunId: TrainingRunId, params: JsonObject): Promise<void> {
  const upserts = Object.entries(params).map(([key, value]) =>
    upsertParam(db, { trainingRunId, key, valueJson: JSON.stringify(value) }),
  );
  await writeFenced(db, upserts);
}

/** A param of a training run; `valueJson` is JSON text. */
export const upsertParam = precompiled(
  (db, param: { readonly trainingRunId: TrainingRunId; readonly key: string; readonly valueJson: string }) =>
    db
      .insertInto('params')
      .values({ training_run_id: param.trainingRunId, key: param.key, value_json: param.valueJson })
      .onConflict((conflict) =>
        conflict
          .columns(['training_run_id', 'key'])
          .doUpdateSet((row) => ({ value_json: row.ref('excluded.value_json') })),
      ),
);

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
