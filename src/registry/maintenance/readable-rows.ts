import type Database from 'better-sqlite3';
import { quoted } from './open-raw.ts';
import { attempt } from '../../core/attempt.ts';

/** A row as SQLite has it, by column. */
export type RawRow = Readonly<Record<string, unknown>>;

/**
 * The rows of a table that can be read, though some of its pages may be damaged: a range of row ids that cannot be read is
 * halved until what is left of it can, or is a single row.
 * @returns after the last row: whether all could be read.
 */
export function* readableRows(database: Database.Database, table: string): Generator<RawRow, boolean> {
  const read = database.prepare<[number, number], RawRow>(
    `select * from ${quoted(table)} where rowid between ? and ? order by rowid`,
  );
  let failures = 0;
  // A stack of ranges, the lowest on top.
  const ranges: [number, number][] = wholeRange(database, table);
  for (let range = ranges.pop(); range !== undefined && failures < MOST_FAILURES; range = ranges.pop()) {
    const [first, last] = range;
    const rows = last - first < AT_ONCE ? attempt(() => read.all(first, last)) : undefined;
    if (rows !== undefined) {
      yield* rows;
      continue;
    }
    if (last - first < AT_ONCE) failures += 1;
    if (first === last) continue;
    const middle = Math.floor((first + last) / 2);
    ranges.push([middle + 1, last], [first, middle]);
  }
  return failures === 0;
}

/** So many rows are held in memory. */
const AT_ONCE = 1_000;
/** Where more than a few pages are damaged, the rest of the table is given up. */
const MOST_FAILURES = 20_000;

/** From the least to the greatest row id; where that end of the table is damaged, some way past the last that is seen. */
function wholeRange(database: Database.Database, table: string): [number, number][] {
  const edge = (which: 'min' | 'max'): number | null | undefined =>
    attempt(() =>
      database
        .prepare<[], number | null>(`select ${which}(rowid) from ${quoted(table)}`)
        .pluck()
        .get(),
    );
  const [least, greatest] = [edge('min'), edge('max')];
  if (least === null || greatest === null) return [];
  return [[least ?? 1, greatest ?? lastSeen(database, table) + PAST_THE_LAST]];
}

/** More rows than the pages at the end hold that one damaged page hides. */
const PAST_THE_LAST = 2_000;

/** The greatest row id from which a later row can still be reached. */
function lastSeen(database: Database.Database, table: string): number {
  const next = database
    .prepare<[number], number>(`select rowid from ${quoted(table)} where rowid >= ? order by rowid limit 1`)
    .pluck();
  const isSeen = (id: number): boolean => attempt(() => next.get(id)) !== undefined;
  let beyond = 1;
  while (beyond < Number.MAX_SAFE_INTEGER / 2 && isSeen(beyond)) beyond *= 2;
  let seen = Math.floor(beyond / 2);
  while (beyond - seen > 1) {
    const middle = Math.floor((seen + beyond) / 2);
    if (isSeen(middle)) seen = middle;
    else beyond = middle;
  }
  return seen;
}
