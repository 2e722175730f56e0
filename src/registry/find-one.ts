import { NotFoundError, UsageError } from '../core/errors.ts';

type Search<Row> = {
  readonly what: string;
  /** Its plural, where that is not `what` and an s. */
  readonly whats?: string;
  readonly wanted: string;
  readonly isExact: (row: Row) => boolean;
  readonly describe: (row: Row) => string;
  /** How many fit, where `rows` are only the first of them. */
  readonly total?: number;
  /** What was probably meant: a sentence, told when nothing fits. */
  readonly hint?: string | undefined;
  /** The command that lists what exists. */
  readonly list: string;
};

/**
 * The one row a person means with an id, part of an id, or a name.
 * @throws NotFoundError when nothing fits; UsageError naming the candidates when several do and none fits exactly.
 */
export function findOne<Row>(rows: readonly Row[], search: Search<Row>): Row {
  const { what, wanted, isExact, describe, list, hint, total = rows.length } = search;
  const exact = rows.find(isExact);
  if (exact !== undefined) return exact;
  const [first, ...others] = rows;
  if (first === undefined) {
    const help = [...(hint === undefined ? [] : [hint]), `\`${list}\` shows what exists.`].join(' ');
    throw new NotFoundError(`There is no ${what} ${wanted}. ${help}`, { details: { wanted } });
  }
  if (others.length === 0) return first;
  const shown = rows.slice(0, MAX_CANDIDATES).map((row) => `  ${describe(row)}`);
  const more = total > shown.length ? [`  … and ${total - shown.length} more`] : [];
  throw new UsageError(
    `${wanted} fits ${total} ${search.whats ?? `${what}s`}; give more of the id:\n${[...shown, ...more].join('\n')}`,
    {
      details: { wanted, candidates: rows.slice(0, MAX_CANDIDATES).map(describe) },
    },
  );
}

/** More candidates than this are counted and not named. */
export const MAX_CANDIDATES = 10;

/** Text for the fixed part of a LIKE pattern over ids and hashes; a wildcard becomes a character that none of them has. */
export function likeText(text: string): string {
  return text.replaceAll(/[%_]/g, '?');
}
