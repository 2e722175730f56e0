import type { RegistryDb } from './registry-db.ts';
import { withTransaction } from './registry-db.ts';

/** What carries the tag. A model version's id is `name/version`. */
export type TagOwner = {
  readonly kind: 'experiment' | 'training_run' | 'registered_model' | 'model_version';
  readonly id: string;
};

/** Sets tags; a key set again gets the new value. */
export async function setTags(db: RegistryDb, owner: TagOwner, tags: Readonly<Record<string, string>>): Promise<void> {
  await withTransaction(db, async (transaction) => {
    for (const [key, value] of Object.entries(tags)) {
      await transaction
        .insertInto('tags')
        .values({ owner_kind: owner.kind, owner_id: owner.id, key, value })
        .onConflict((conflict) =>
          conflict
            .columns(['owner_kind', 'owner_id', 'key'])
            .doUpdateSet((row) => ({ value: row.ref('excluded.value') })),
        )
        .execute();
    }
  });
}

/** The tags of something, by key in alphabetical order. */
export async function listTags(db: RegistryDb, owner: TagOwner): Promise<Record<string, string>> {
  const rows = await db
    .selectFrom('tags')
    .select(['key', 'value'])
    .where('owner_kind', '=', owner.kind)
    .where('owner_id', '=', owner.id)
    .orderBy('key')
    .execute();
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

/** Removes one tag; removing what is not there is no error. */
export async function deleteTag(db: RegistryDb, owner: TagOwner, key: string): Promise<void> {
  await db
    .deleteFrom('tags')
    .where('owner_kind', '=', owner.kind)
    .where('owner_id', '=', owner.id)
    .where('key', '=', key)
    .execute();
}
