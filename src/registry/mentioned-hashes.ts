import type { RegistryDb } from './registry-db.ts';

/** A recorded text that names a stored file by its hash. */
export type Mention = { readonly hash: string; readonly by: 'result' | 'flow run'; readonly id: string };

/**
 * Where recorded texts name one of these hashes: a result or a parameter may hold the hash of a stored file instead of
 * the file. Reads every result, so ask once and for many. `readStored` reads a result that is itself a stored file.
 */
export async function listMentions(
  db: RegistryDb,
  hashes: ReadonlySet<string>,
  readStored: (hash: string) => Promise<string>,
): Promise<Mention[]> {
  const mentions: Mention[] = [];
  const search = (by: Mention['by'], id: string, text: string | null): void => {
    for (const [hash] of text?.matchAll(HASH) ?? []) if (hashes.has(hash)) mentions.push({ hash, by, id });
  };
  await eachRow(
    (after) =>
      db
        .selectFrom('results')
        .select(['id', 'value_json', 'storage_hash'])
        .where('id', '>', after)
        .orderBy('id')
        .limit(PAGE)
        .execute(),
    async ({ id, value_json, storage_hash }) =>
      search('result', id, storage_hash === null ? value_json : await readStored(storage_hash)),
  );
  await eachRow(
    (after) =>
      db
        .selectFrom('flow_runs')
        .select(['id', 'parameters_json', 'result_json'])
        .where('id', '>', after)
        .where('deleted_at', 'is', null)
        .orderBy('id')
        .limit(PAGE)
        .execute(),
    ({ id, parameters_json, result_json }) => search('flow run', id, `${parameters_json} ${result_json ?? ''}`),
  );
  return mentions;
}

/** Page by page, so that neither memory nor the event loop is taken by all at once. */
async function eachRow<Row extends { readonly id: string }>(
  read: (after: string) => Promise<Row[]>,
  use: (row: Row) => void | Promise<void>,
): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined;) {
    const rows: Row[] = await read(after);
    for (const row of rows) await use(row);
    after = rows.length < PAGE ? undefined : rows.at(-1)?.id;
  }
}

/** A SHA-256 in lower-case hexadecimal. */
const HASH = /[0-9a-f]{64}/g;
const PAGE = 1_000;
