import type { RawBuilder, Sql } from 'kysely';
import { sql } from '../kysely.ts';

type Text = ReturnType<Sql['ref']> | RawBuilder<string>;

/**
 * `LIKE` that tells capitals from small letters, as MLflow's does: `%` is any text, `_` any character. SQLite's own LIKE does
 * not, but its GLOB; on PostgreSQL this becomes LIKE.
 */
export function like(text: Text, pattern: string): RawBuilder<boolean> {
  const glob = pattern.replaceAll(/[*?[]/g, '[$&]').replaceAll('%', '*').replaceAll('_', '?');
  return sql<boolean>`${text} glob ${glob}`;
}

/** As `like`, but capitals and small letters are the same. */
export function likeInAnyCase(text: Text, pattern: string): RawBuilder<boolean> {
  return like(sql<string>`lower(${text})`, lowerAscii(pattern));
}

/** What `lower` of SQLite does. */
function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
