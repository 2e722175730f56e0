import { writeFenced } from './fenced-write.ts';
import { precompiled } from './precompiled.ts';
import type { RegistryDb } from './registry-db.ts';

/** What carries the tag. A model version's id is `name/version`. */
export type TagOwner = {
  readonly kind: 'experiment' | 'training_run' | 'registered_model' | 'model_version';
  readonly id: string;
};

/** Sets tags; a key set again gets the new value. */
export async function setTags(db: RegistryDb, owner: TagOwner, tags: Readonly<Record<string, string>>): Promise<void> {
  const upserts = Object.entries(tags).map(([key, value]) => upsertTag(db, { ...owner, key, value }));
  await writeFenced(db, upserts);
}

/** A tag of anything. */
export const upsertTag = precompiled((db, tag: TagOwner & { readonly key: string; readonly value: string }) =>
  db
    .insertInto('tags')
    .values({ owner_kind: tag.kind, owner_id: tag.id, key: tag.key, value: tag.value })
    .onConflict((conflict) =>
      conflict.columns(['owner_kind', 'owner_id', 'key']).doUpdateSet((row) => ({ value: row.ref('excluded.value') })),
    ),
);

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

/** The tags of all things of a kind that have any, by the id of what carries them. */
export async function listTagsOfKind(
  db: RegistryDb,
  kind: TagOwner['kind'],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const rows = await db
    .selectFrom('tags')
    .select(['owner_id', 'key', 'value'])
    .where('owner_kind', '=', kind)
    .orderBy('key')
    .execute();
  const tags = new Map<string, Record<string, string>>();
  for (const { owner_id: id, key, value } of rows) tags.set(id, { ...tags.get(id), [key]: value });
  return tags;
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
